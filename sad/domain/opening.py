"""What a dynamic purchasing system must hold before it opens, and what only asks its buyer for a reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal
from sad.domain.estimates import ProcedureLevel, procedure_level
from sad.domain.forbidden_words import find_forbidden_words
from sad.domain.law import OpeningLaw
from sad.domain.publication import Notice, publication_faults
from sad.domain.sentences import french_date, listed
from sad.domain.social_clauses import SocialSide, social_clause_faults
from sad.domain.stages import Stage

# What the documents state (R2162-42), by field, as the refusals name it.
STATED = {
    "purpose": ("La nature des achats n’est pas dite", "Écrire ce qui sera acheté."),
    "estimated_quantity": ("La quantité estimée n’est pas dite", "Écrire un ordre de grandeur, par exemple des repas ou des euros par an."),
    "operation": ("Le fonctionnement du système n’est pas dit", "Écrire comment l’on candidate, comment l’on est consulté."),
    "equipment": ("L’équipement électronique nécessaire n’est pas dit", "Écrire ce qu’il faut : un navigateur, une adresse e-mail…"),
}
WORDED = ("title", *STATED, "environmental_clause", "social_clause")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A system on the instant (aware) when its buyer would open it; values in EUR excl. VAT over the whole validity.

    `texts` holds its title and what its documents state, by name; `published` and `drafts` are the stages of its roadmap;
    `reserved` says to whom each reserved category is, by key.
    """

    at: datetime
    texts: dict[str, str]
    environmental_clause: str
    social: SocialSide
    notice_reference: str
    notice_dispatched_at: datetime | None
    valid_from: date
    valid_until: date
    max_value: Decimal
    categories: tuple[str, ...]
    reserved: Mapping[str, str]
    published: tuple[Stage, ...]
    drafts: tuple[Stage, ...] = ()

    @property
    def notice(self) -> Notice:
        """What its contract notice says; one that has not left yet is taken as leaving now."""
        sent_on = paris_day(self.notice_dispatched_at or self.at)
        return Notice(sent_on, self.valid_from, self.valid_until, self.categories, reserved=self.reserved)


def opening_faults(opening: Opening, law: OpeningLaw) -> list[Refusal]:
    """All that forbids opening the system, never only the first fault: SAD-03, SAD-05, PAL-01, CRI-05, CRI-07."""
    return [
        *_notice_faults(opening),
        *_validity_faults(opening),
        *_stated_faults(opening),
        *_category_faults(opening),
        *_stage_faults(opening, law),
        *_clause_faults(opening, law),
    ]


def opening_warnings(opening: Opening) -> list[Refusal]:
    """What asks for a recorded reason: always SAD-01, and CRI-08 for words that evoke an origin or a distance."""
    return [
        Refusal(
            "Un système d’acquisition dynamique ne sert qu’aux achats d’usage courant.",
            "Écrire en quoi ce qui est acheté se trouve couramment sur le marché, sans être fait sur mesure.",
            "SAD-01",
        ),
        *_word_warnings(opening),
    ]


def level_of(opening: Opening, law: OpeningLaw) -> ProcedureLevel:
    """Under which rules the system is run, from the most that it may be worth (SAD-02, R2121-8)."""
    return procedure_level(opening.max_value, formal_threshold=law.formal_procedure_threshold)


def _notice_faults(opening: Opening) -> Iterator[Refusal]:
    if not opening.notice_reference.strip():
        remedy = "Publier l’avis, puis noter sa référence."
        yield Refusal("La référence de l’avis manque.", remedy, "SAD-03", "notice_reference")
    if opening.notice_dispatched_at is None:
        remedy = "Noter le jour et l’heure de l’envoi : les trente jours de la première invitation en partent."
        yield Refusal("La date d’envoi de l’avis manque.", remedy, "SAD-03", "notice_dispatched_at")
    elif opening.notice_dispatched_at > opening.at:
        sent_on = french_date(paris_day(opening.notice_dispatched_at))
        remedy = "Attendre ce jour, ou corriger la date."
        yield Refusal(f"L’avis n’est pas encore envoyé : il part le {sent_on}.", remedy, "SAD-03", "notice_dispatched_at")


def _validity_faults(opening: Opening) -> Iterator[Refusal]:
    if opening.valid_until < paris_day(opening.at):
        yield Refusal("La période de validité est déjà finie.", "Choisir une autre date de fin.", "SAD-03", "valid_until")
    if opening.notice_dispatched_at is not None and opening.valid_from < paris_day(opening.notice_dispatched_at):
        message = "La période de validité commencerait avant l’envoi de l’avis qui l’annonce."
        yield Refusal(message, "Reculer son premier jour.", "SAD-03", "valid_from")


def _stated_faults(opening: Opening) -> Iterator[Refusal]:
    for field, (message, remedy) in STATED.items():
        if not opening.texts.get(field, "").strip():
            yield Refusal(f"{message}.", remedy, "SAD-05", field)


def _category_faults(opening: Opening) -> Iterator[Refusal]:
    if not opening.categories:
        remedy = "En ajouter une : on candidate et l’on est consulté par catégorie."
        yield Refusal("Le système n’a pas de catégorie.", remedy, "SAD-03", "categories")


def _stage_faults(opening: Opening, law: OpeningLaw) -> Iterator[Refusal]:
    if not opening.published:
        message = f"Aucun palier publié ne prend effet le {french_date(opening.valid_from)}, premier jour du système."
        yield Refusal(message, "Publier les paliers.", "PAL-01", "stages")
    for draft in opening.drafts if opening.published else ():
        message = f"« {draft.label} » n’est pas publié : tous les paliers le sont dès l’avis initial."
        yield Refusal(message, "Le publier, ou le retirer de la trajectoire.", "PAL-01", "stages")
    for stage in opening.published:
        for fault in publication_faults(stage, opening.published, opening.notice, law):
            yield Refusal(f"« {stage.label} » : {fault.message}", fault.remedy, fault.rule, "stages")
        if stage.announced_on > opening.notice.sent_on:
            message = f"« {stage.label} » est annoncé le {french_date(stage.announced_on)}, après l’envoi de l’avis."
            remedy = "Noter la date d’envoi de l’avis qui l’annonce."
            yield Refusal(message, remedy, "PAL-01", "stages")


def _clause_faults(opening: Opening, law: OpeningLaw) -> Iterator[Refusal]:
    if law.minimum_environmental_clauses and not opening.environmental_clause.strip():
        message = "Aucune condition d’exécution ne prend en compte l’environnement."
        remedy = "En écrire une, par exemple « les contenants sont repris et réemployés »."
        yield Refusal(message, remedy, "CRI-05", "environmental_clause")
    if law.social_clause_required and level_of(opening, law) is ProcedureLevel.FORMAL:
        yield from social_clause_faults(opening.social)


def _word_warnings(opening: Opening) -> Iterator[Refusal]:
    for field in WORDED:
        found = find_forbidden_words(opening.texts.get(field, ""), strict=False)
        if found:
            message = f"{listed([f'« {word} »' for word in found])} peut évoquer une origine ou une distance."
            remedy = "Ni l’une ni l’autre ne peuvent compter (R2111-7) : reformuler, ou écrire pourquoi ce mot est nécessaire."
            yield Refusal(message, remedy, "CRI-08", field)
