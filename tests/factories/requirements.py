"""Requirements and stages as plain values, lawful unless a test says otherwise."""

from datetime import date
from decimal import Decimal

from sad.domain.law import EvaluationLaw, LaunchLaw, StageLaw
from sad.domain.publication import Notice
from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import Stage

CRITERIA = {"minimum_environmental_criteria": 1, "price_only_allowed": False, "environment_weight_warning_percent": Decimal(10)}
EVALUATION_LAW = EvaluationLaw(evaluation_working_days=10, evaluation_extended_working_days=15, evaluation_warning_day=7)
STAGE_LAW = StageLaw(**CRITERIA, stage_notice_days=90)
LAUNCH_LAW = LaunchLaw(
    **CRITERIA,
    first_invitation_days=30,
    tender_period_days=10,
    minimum_environmental_clauses=1,
    minimum_sustainable_specifications=1,
)
NOTICE = Notice(date(2025, 12, 1), date(2026, 1, 15), date(2030, 1, 14), ("pain", "traiteur"))


def capacity(key: str = "liability_insurance", label: str = "Assurance responsabilité civile professionnelle", **parts) -> Requirement:
    """A capacity asked by yes or no, with the document that proves it."""
    given = {"unit": "yes_no", "comparison": "is_true", "proof": "Attestation en cours de validité", "document_required": True}
    return Requirement(key, label, Nature.CAPACITY, **{**given, **parts})


def specification(key: str = "direct_supply_pct", label: str = "Approvisionnement direct", **parts) -> Requirement:
    """A minimum of the offer: 40 % of direct supply, coffee and tea exempt."""
    given = {"unit": "percent", "comparison": "at_least", "threshold": Decimal(40), "proof": "Factures", "exempt_families": ("cafe_the",)}
    return Requirement(key, label, Nature.SPECIFICATION, **{**given, **parts})


def criterion(key: str, label: str, weight: int, **parts) -> Requirement:
    """An award criterion whose weight may move by 10 points around its default."""
    given = {"unit": "points", "method": {"method": "scale", "scale": "10"}}
    given |= {"weight": Decimal(weight), "weight_min": Decimal(max(weight - 10, 1)), "weight_max": Decimal(weight + 10)}
    return Requirement(key, label, Nature.AWARD_CRITERION, **{**given, **parts})


def criteria() -> tuple[Requirement, ...]:
    """Price 50, quality 30, packaging 20 (environmental)."""
    return (
        criterion("price", "Prix", 50, price=True, method={"method": "lowest_ratio"}),
        criterion("quality", "Qualité", 30),
        criterion("packaging", "Emballage réemployable", 20, environmental=True, method={"method": "yes_no"}),
    )


def information(key: str = "usual_organic_pct", label: str = "Part habituelle de produits bio") -> Requirement:
    """A question that never decides."""
    return Requirement(key, label, Nature.INFORMATION, unit="percent")


def condition(key: str = "containers", label: str = "Contenants repris et réemployés", **parts) -> Requirement:
    """An environmental condition of performance."""
    return Requirement(key, label, Nature.PERFORMANCE_CONDITION, **{"environmental": True, **parts})


def a_stage(*requirements: Requirement, number: int = 1, **parts) -> Stage:
    """A lawful stage; the requirements given take the place of all the usual ones."""
    usual = (capacity(), specification(environmental=True), *criteria(), condition(), information())
    given = {"label": f"Palier {number}", "announced_on": date(2025, 12, 1), "effective_on": date(2025 + number, 1, 15)}
    return Stage(number=number, requirements=requirements or usual, **{**given, **parts})
