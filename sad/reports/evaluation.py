"""The evaluation report (rapport d’analyse des offres) as PDF: from what was asked to what is proposed or decided; accessible (PDF/UA-1).

It holds the prices of all: it is for the buyer and whoever controls it, never for a tenderer (L2132-1).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sad.domain.comparison import method_in_words
from sad.domain.scoring.values import Criterion
from sad.letters.wording import instant, moment, money, number, plural, points
from sad.models.awards import Award, AwardState
from sad.models.evaluations import ConflictDeclaration, Mark, RankedOffer, Ranking, TieDecision
from sad.models.evaluators import Evaluator
from sad.models.examinations import PriceRequest
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer
from sad.models.proofs import ProofRequest
from sad.models.regularisations import Regularisation
from sad.models.sittings import SittingItem
from sad.reports.decided import decided_parts
from sad.reports.examined import examined_parts
from sad.reports.opening import OpeningRecord
from sad.reports.placed import placed_parts
from sad.reports.typesetting import typeset
from sad.trust.canonical import canonical_json

Declared = tuple[str, ConflictDeclaration]
DECIDED = (MiniTenderState.AWARDED, MiniTenderState.NOTIFIED)


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """All that was stored of an evaluation. `marks` and `price_requests` go by offer id, `unproved` too.

    `invited`: how many suppliers; `declared`: each declaration of interests with its author's name; `tied`: who is first;
    `own_marks`: offer id and criterion -> the evaluators' names with the mark of each, empty until all may be seen.
    """

    mini_tender: MiniTender
    ranking: Ranking
    is_current: bool
    invited: int
    opening: OpeningRecord
    offers: Sequence[Offer]
    marks: Mapping[int, Mapping[str, Mark]]
    price_requests: Mapping[int, PriceRequest]
    regularisation: Regularisation | None
    declared: Sequence[Declared]
    evaluators: Sequence[Evaluator]
    own_marks: Mapping[tuple[int, str], Sequence[tuple[str, str]]]
    tied: Sequence[RankedOffer]
    tie: TieDecision | None
    unproved: Mapping[int, ProofRequest]
    opinion: SittingItem | None
    award: Award | None

    @property
    def is_final(self) -> bool:
        """Whether an award is decided, so that nothing of the evaluation may change any more."""
        return self.award is not None and self.award.state == AwardState.APPROVED and self.mini_tender.state in DECIDED

    @property
    def dated(self) -> datetime:
        """When the last act that it tells was done."""
        acts = [self.ranking.ranked_at, self.mini_tender.discontinued_at, self.tie.decided_at if self.tie else None]
        acts += [self.award.proposed_at, self.award.decided_at, self.award.notified_at] if self.award else []
        return max(at for at in acts if at is not None)


def evaluation_pdf(report: EvaluationReport) -> bytes:
    """The report as it stands; the same bytes until something is done."""
    return typeset("evaluation", evaluation_content(report), at=report.dated)


def evaluation_content(report: EvaluationReport) -> dict[str, Any]:
    """All the words of the report, as its template sets them."""
    mini_tender = report.mini_tender
    return {
        "title": f"Rapport d’analyse des offres : {mini_tender.title}",
        "organisation": mini_tender.organisation.name,
        "status": _status(report),
        "secrecy": "Ce rapport contient les prix de chacun : il ne se communique pas aux fournisseurs (L2132-1).",
        "facts": _facts(report),
        **_grid(mini_tender),
        **examined_parts(report.opening, report.offers, report.price_requests, report.regularisation),
        "interests": [[name, _declared(each), moment(each.declared_at)] for name, each in report.declared],
        "evaluators": [[each.person.name, moment(each.submitted_at), _ended(each)] for each in report.evaluators],
        **placed_parts(report.ranking, report.marks, report.own_marks, report.unproved),
        **decided_parts(mini_tender, report.award, report.tied, report.tie, report.opinion),
        "proofs": fingerprints_of(report.ranking),
        "footer": f"{'' if report.is_final else 'Projet · '}état du {moment(report.dated)} · consultation n° {mini_tender.id}",
    }


def fingerprints_of(ranking: Ranking) -> list[list[str]]:
    """SHA-256 of what was frozen before the invitation, of the grid, of the values ranked with it, and of what it gave."""
    ranked = {"scoring_file": ranking.scoring_file, "result": ranking.result}
    return [
        ["Besoin, lignes, budget, palier, grille et invités, figés à l’envoi", ranking.frozen_fingerprint],
        ["Grille de notation", _sha256({"grid": ranking.scoring_file["grid"]})],
        ["Classement : valeurs des offres et points", _sha256(ranked)],
    ]


def evaluation_file_name(report: EvaluationReport) -> str:
    """The name under which it is downloaded."""
    return f"rapport-analyse-{report.mini_tender.id}-{'' if report.is_final else 'projet-'}{report.dated:%Y-%m-%d}.pdf"


def _status(report: EvaluationReport) -> str:
    if report.mini_tender.state == MiniTenderState.DISCONTINUED:
        return "Consultation déclarée sans suite : aucun marché n’est conclu."
    if report.is_final:
        return ""
    stale = "" if report.is_current else " Une note ou une décision a changé depuis le classement : il est à calculer à nouveau."
    return f"Projet : l’attribution n’est pas décidée, ce document peut encore changer.{stale}"


def _facts(report: EvaluationReport) -> list[list[str]]:
    mini_tender, opening = report.mini_tender, report.opening.opening
    category = mini_tender.category.label if mini_tender.category else ""
    assert opening.second_person is not None
    return [
        ["Objet", mini_tender.title],
        ["Consultation", f"n° {mini_tender.id}, {mini_tender.service.name}"],
        ["Procédure", f"marché spécifique du système d’acquisition dynamique (SAD) « {mini_tender.system.title} » (R2162-49 à -51)"],
        ["Avis d’appel à la concurrence", mini_tender.system.notice_reference],
        ["Catégorie et palier", f"{category}, {mini_tender.frozen_stage().label}"],
        ["Budget fixé avant l’envoi", f"{money(mini_tender.budget)} hors taxe"],
        ["Invitation", f"le {instant(mini_tender.published_at)}, à {plural(report.invited, 'fournisseur admis', 'fournisseurs admis')}"],
        ["Date limite", f"{instant(mini_tender.closes_at)}, heure de Paris"],
        ["Ouverture", f"le {instant(opening.opened_at)}, par {opening.first_person.name} et {opening.second_person.name}"],
        ["Classement", f"n° {report.ranking.id}, calculé le {instant(report.ranking.ranked_at)}"],
    ]


def _grid(mini_tender: MiniTender) -> dict[str, Any]:
    """The frozen grid by numbered criterion, its minimums and its rule for equal offers."""
    grid, methods = mini_tender.frozen_grid(), {}
    for each in (mini_tender.grid or {}).get("criteria", ()):
        methods |= {one["key"]: method_in_words(one) for one in (each, *each.get("sub_criteria", ()))}
    rows = [
        [f"{place}.{part}" if part else str(place), one.label, number(one.weight), methods[one.key] + _least(one)]
        for place, criterion in enumerate(grid.criteria, 1)
        for part, one in enumerate(criterion.family)
    ]
    rule = " puis ".join(f"« {grid.criterion(key).label} »" for key in grid.tie_rule)
    return {
        "grid": rows,
        "tie_rule": f"À égalité de points, la règle publiée compare {rule}." if rule else "La grille n’a pas de règle de départage.",
        "least": "" if grid.minimum_total is None else f"Total exigé : {points(grid.minimum_total)} points au moins.",
    }


def _least(criterion: Criterion) -> str:
    return "" if criterion.minimum is None else f" Minimum exigé : {points(criterion.minimum * criterion.weight)} points."


def _declared(declared: ConflictDeclaration) -> str:
    return "a déclaré un lien avec une entreprise : n’y prend plus part" if declared.has_conflict else "aucun intérêt"


def _ended(evaluator: Evaluator) -> str:
    return f"n’évalue plus : {evaluator.end_reason}" if evaluator.ended_at else "évalue"


def _sha256(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(content)).hexdigest()
