"""What must hold before a mini-tender is sent, and what asks for a recorded reason first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sad.domain.calendar import PARIS, earliest_deadline, paris_day, paris_instant
from sad.domain.criteria import Criterion, criteria_faults, environment_warnings
from sad.domain.errors import Refusal, Refused
from sad.domain.forbidden_words import find_forbidden_words
from sad.domain.grid_rules import UNREADABLE, launch_findings, refusals_of
from sad.domain.grid_watch import Finding
from sad.domain.law import LaunchLaw
from sad.domain.requirements import Nature
from sad.domain.sentences import french_date, french_moment, listed
from sad.domain.stages import Stage, sub_weight_faults, weight_faults


@dataclass(frozen=True, slots=True)
class PendingApplication:
    """An application to the category that waits for its decision, with the last day of the law to evaluate it."""

    name: str
    hard_limit: date


@dataclass(frozen=True, slots=True)
class Launch:
    """A mini-tender as it would leave at the instant `at`, and what surrounds it; instants are aware.

    `stage` is the one in force at `at`; `grid` has the shape of the scoring file's. `texts` are what people wrote, by
    field, to be searched for forbidden words. `families` are those of the lines when they say so. `agreed_deadline`:
    every invited supplier has recorded its agreement on this deadline (R2162-50 al. 2); `disagreement`: it was asked, and
    somebody has not agreed. `budget` in EUR excl. VAT. `environmental_clauses` and `sustainable_specifications` add to those
    that the stage marks as environmental. `justifications` go by rule.
    """

    at: datetime
    closes_at: datetime | None
    notice_sent_on: date
    valid_from: date
    valid_until: date
    object: str
    category: str
    categories: tuple[str, ...]
    category_families: tuple[str, ...]
    stage: Stage
    grid: Mapping[str, Any]
    admitted: int
    lines: int
    budget: Decimal | None
    budget_fixed_at: datetime | None
    service_on: date | None
    families: tuple[str, ...] = ()
    pending: tuple[PendingApplication, ...] = ()
    prolonged_until: date | None = None
    agreed_deadline: bool = False
    disagreement: Refusal | None = None
    environmental_clauses: tuple[str, ...] = ()
    sustainable_specifications: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    justifications: Mapping[str, str] = field(default_factory=dict)

    @property
    def criteria(self) -> list[Criterion]:
        """The criteria of the grid, as the rules on weights read them."""
        return [Criterion.of_grid(each) for each in self.grid.get("criteria", ())]


def launch_faults(launch: Launch, law: LaunchLaw) -> list[Refusal]:
    """All that forbids sending the mini-tender now, never only the first fault."""
    grid = list(_grid_faults(launch, law))
    return [
        *_scope_faults(launch),
        *_first_invitation_faults(launch, law),
        *_supplier_faults(launch),
        *_need_faults(launch),
        *_deadline_faults(launch, law),
        *_service_faults(launch),
        *grid,
        *_watched_faults(launch, law, is_readable=not grid),
        *_clause_faults(launch, law),
    ]


def launch_warnings(launch: Launch, law: LaunchLaw) -> list[Refusal]:
    """What does not forbid, but asks for a reason that is kept: SAD-16, CRI-03, CRI-06, CRI-08, CRI-13, CRI-14."""
    return [
        *_pending_warnings(launch),
        *environment_warnings(launch.criteria, law),
        *_specification_warnings(launch, law),
        *_word_warnings(launch),
        *refusals_of(_watched(launch, law), blocking=False),
    ]


def unjustified(launch: Launch, law: LaunchLaw) -> list[Refusal]:
    """The warnings for which no reason is recorded yet."""
    return [each for each in launch_warnings(launch, law) if not launch.justifications.get(each.rule or "", "").strip()]


def _scope_faults(launch: Launch) -> Iterator[Refusal]:
    """SAD-22: the object, the category and the validity of the system (R2162-37, R2162-39)."""
    if not launch.object.strip():
        yield Refusal("L’objet de la consultation n’est pas écrit.", "Dire en quelques mots ce qui est acheté.", "SAD-22", "object")
    if launch.category not in launch.categories:
        yield Refusal("Cette catégorie n’est pas une catégorie du système.", "En choisir une de l’avis.", "SAD-22", "category")
    strange = sorted(set(launch.families) - set(launch.category_families))
    if strange:
        message = f"Ces produits ne sont pas de la catégorie : {listed(strange)}."
        yield Refusal(message, "Les retirer, ou lancer une autre consultation dans leur catégorie.", "SAD-22", "lines")
    if not launch.valid_from <= paris_day(launch.at) <= launch.valid_until:
        span = f"Il est valable du {french_date(launch.valid_from)} au {french_date(launch.valid_until)}."
        yield Refusal("Le système n’est pas en cours de validité.", span, "SAD-22", "at")


def _first_invitation_faults(launch: Launch, law: LaunchLaw) -> Iterator[Refusal]:
    first = earliest_deadline(launch.notice_sent_on, law.first_invitation_days)
    if launch.at < first:
        message = f"Aucune invitation ne part avant {law.first_invitation_days} jours entiers après l’envoi de l’avis (R2162-44)."
        yield Refusal(message, f"Première date possible : {french_date(first.date())}.", "SAD-07", "at")
    if launch.prolonged_until is not None and paris_day(launch.at) <= launch.prolonged_until:
        message = "L’évaluation initiale des candidatures est prolongée : aucune invitation ne part pendant ce temps (R2162-45)."
        yield Refusal(message, f"Attendre la fin du {french_date(launch.prolonged_until)}.", "SAD-10", "at")


def _supplier_faults(launch: Launch) -> Iterator[Refusal]:
    if launch.admitted < 1:
        message = "Aucun fournisseur n’est admis dans cette catégorie : il n’y a personne à inviter (R2162-49)."
        yield Refusal(message, "Décider d’abord les candidatures de la catégorie.", "SAD-15", "category")
    today = paris_day(launch.at)
    for each in launch.pending:
        if each.hard_limit < today:
            message = f"La candidature de {each.name} devait être décidée le {french_date(each.hard_limit)} au plus tard (R2162-45)."
            yield Refusal(message, "La décider avant d’inviter.", "SAD-16", "category")


def _need_faults(launch: Launch) -> Iterator[Refusal]:
    if launch.lines < 1:
        yield Refusal("La consultation n’a aucune ligne.", "Ajouter ce qui est demandé, avec une quantité.", "SAD-05", "lines")
    if launch.budget is None or launch.budget <= 0:
        message = "Le budget n’est pas fixé : sans lui, aucune offre trop chère ne peut être écartée (L2152-3)."
        yield Refusal(message, "Écrire un montant hors taxes supérieur à 0 €. Il reste secret.", "CRI-12", "budget")
    elif launch.budget_fixed_at is None or launch.budget_fixed_at > launch.at:
        message = "Le budget doit être fixé avant l’envoi (L2152-3)."
        yield Refusal(message, "Enregistrer le budget, puis envoyer.", "CRI-12", "budget")


def _deadline_faults(launch: Launch, law: LaunchLaw) -> Iterator[Refusal]:
    if launch.closes_at is None:
        yield Refusal("La date limite n’est pas choisie.", _first_deadline(launch, law), "SAD-17", "closes_at")
        return
    try:
        paris_instant(launch.closes_at.astimezone(PARIS).replace(tzinfo=None))
    except Refused as refused:
        yield from (Refusal(each.message, each.remedy, each.rule, "closes_at") for each in refused.refusals)
    if launch.closes_at <= launch.at:
        yield Refusal("La date limite est déjà passée.", _first_deadline(launch, law), "SAD-17", "closes_at")
    elif launch.agreed_deadline or launch.closes_at >= _earliest(launch, law):
        return
    elif launch.disagreement is not None:
        yield replace(launch.disagreement, remedy=f"{launch.disagreement.remedy} {_first_deadline(launch, law, 'sans accord')}")
    else:
        message = "La date limite est trop proche : il faut au moins"
        message += f" {law.tender_period_days} jours entiers après l’envoi (R2162-50)."
        yield Refusal(message, _first_deadline(launch, law), "SAD-17", "closes_at")


def _earliest(launch: Launch, law: LaunchLaw) -> datetime:
    return earliest_deadline(paris_day(launch.at), law.tender_period_days)


def _first_deadline(launch: Launch, law: LaunchLaw, how: str = "") -> str:
    return f"Première date possible{how and f' {how}'} : {french_moment(_earliest(launch, law))}, heure de Paris."


def _service_faults(launch: Launch) -> Iterator[Refusal]:
    if launch.service_on is None:
        yield Refusal("La date de la prestation n’est pas choisie.", "Dire quel jour on sert ou livre.", "SAD-22", "service_on")
        return
    if launch.service_on > launch.valid_until:
        message = f"La prestation aurait lieu après la fin du système, le {french_date(launch.valid_until)} (R2162-39)."
        yield Refusal(message, "Avancer la prestation, ou prolonger d’abord le système.", "SAD-22", "service_on")
    if launch.closes_at is not None and launch.service_on <= paris_day(launch.closes_at):
        message = f"La prestation aurait lieu avant la fin de la consultation, le {french_date(paris_day(launch.closes_at))}."
        yield Refusal(message, "Choisir un jour postérieur, qui laisse le temps d’analyser et de notifier.", None, "service_on")


def _grid_faults(launch: Launch, law: LaunchLaw) -> Iterator[Refusal]:
    """SAD-20, CRI-01, CRI-02, CRI-04 and CRI-11: the grid stays within the notice and decides ties."""
    published = {each.key: each for each in launch.stage.of_nature(Nature.AWARD_CRITERION, launch.category)}
    for each in launch.criteria:
        if each.key in published:
            yield from weight_faults(published[each.key], each.weight)
        else:
            message = f"« {each.label} » n’est pas un critère du palier en vigueur (R2162-51)."
            yield Refusal(message, "Garder les critères de l’avis.", "SAD-20", each.key)
    for line in launch.grid.get("criteria", ()):
        yield from sub_weight_faults(line)
    yield from criteria_faults(launch.criteria, law)
    if not launch.grid.get("tie_rule"):
        message = "Rien ne dit comment départager deux offres à égalité."
        yield Refusal(message, "Choisir la règle de départage avant l’envoi.", "CRI-11", "tie_rule")


def _watched(launch: Launch, law: LaunchLaw) -> list[Finding]:
    return launch_findings(launch.stage, launch.category, launch.grid, law)


def _watched_faults(launch: Launch, law: LaunchLaw, *, is_readable: bool) -> list[Refusal]:
    """CRI-13. `is_readable`: no other rule says why the grid cannot be read."""
    found = [each for each in _watched(launch, law) if is_readable or each.code != UNREADABLE]
    return refusals_of(found, blocking=True)


def _clause_faults(launch: Launch, law: LaunchLaw) -> Iterator[Refusal]:
    conditions = launch.stage.of_nature(Nature.PERFORMANCE_CONDITION, launch.category)
    count = sum(each.environmental for each in conditions) + sum(bool(each.strip()) for each in launch.environmental_clauses)
    if count < law.minimum_environmental_clauses:
        message = "Aucune condition d’exécution ne prend en compte l’environnement (L2112-2)."
        remedy = "En ajouter une, par exemple « les contenants sont repris et réemployés »."
        yield Refusal(message, remedy, "CRI-05", "environmental_clauses")


def _pending_warnings(launch: Launch) -> Iterator[Refusal]:
    waiting = [each.name for each in launch.pending if each.hard_limit >= paris_day(launch.at)]
    if waiting:
        message = f"Candidatures encore à décider dans cette catégorie : {listed(waiting)}. Ces entreprises ne seront pas invitées."
        yield Refusal(message, "Les décider avant d’inviter, ou écrire pourquoi l’on n’attend pas.", "SAD-16", "category")


def _specification_warnings(launch: Launch, law: LaunchLaw) -> Iterator[Refusal]:
    specifications = launch.stage.of_nature(Nature.SPECIFICATION, launch.category)
    count = sum(each.environmental and each.comparison != "any" for each in specifications)
    count += sum(bool(each.strip()) for each in launch.sustainable_specifications)
    if count < law.minimum_sustainable_specifications:
        message = "Aucune exigence de l’offre ne tient compte du développement durable (L2111-2)."
        remedy = "En ajouter une, ou écrire pourquoi il n’y en a pas."
        yield Refusal(message, remedy, "CRI-06", "sustainable_specifications")


def _word_warnings(launch: Launch) -> Iterator[Refusal]:
    for name, text in launch.texts.items():
        found = find_forbidden_words(text, strict=False)
        if found:
            message = f"{listed([f'« {word} »' for word in found])} : l’origine ou la distance ne peuvent pas compter (R2111-7)."
            remedy = "Reformuler, par exemple « au plus un intermédiaire », ou écrire pourquoi ce mot est nécessaire."
            yield Refusal(message, remedy, "CRI-08", name)
