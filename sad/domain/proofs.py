"""The proofs of the awardee before its contract is notified: which ones, until when each holds, what is missing (AWD-01, R2144-4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from sad.domain.calendar import months_before
from sad.domain.errors import Refusal
from sad.domain.law import LawOfTheDay
from sad.domain.sentences import french_date, listed

SIREN = 9  # the first digits of a SIRET name the company, the others its establishment
ACCEPTED, REFUSED = "accepted", "refused"
DECISIONS = (ACCEPTED, REFUSED)


class ProofKind(StrEnum):
    """What an awardee proves (R2143-7, C. trav. D8222-5, D8254-2)."""

    TAX = "tax_certificate"
    SOCIAL = "social_certificate"
    VIGILANCE = "vigilance_certificate"
    FOREIGN_WORKERS = "foreign_workers"
    REGISTRATION = "registration"


class Standing(StrEnum):
    """Where one proof stands on a day."""

    AWAITED = "awaited"
    TO_CHECK = "to_check"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    ENDED = "ended"


LABELS = {
    ProofKind.TAX: "Attestation de régularité fiscale",
    ProofKind.SOCIAL: "Attestation de cotisations sociales",
    ProofKind.VIGILANCE: "Attestation de vigilance",
    ProofKind.FOREIGN_WORKERS: "Liste des salariés étrangers soumis à autorisation de travail",
    ProofKind.REGISTRATION: "Inscription au registre",
}
WHERE = {
    ProofKind.TAX: "Dans votre espace professionnel sur le site des impôts, rubrique « Attestation fiscale ».",
    ProofKind.SOCIAL: "Dans votre espace en ligne, auprès de l’URSSAF ou de la MSA. L’attestation de vigilance convient aussi.",
    ProofKind.VIGILANCE: "Dans votre espace en ligne, auprès de l’URSSAF ou de la MSA.",
    ProofKind.FOREIGN_WORKERS: "Pour chacun : date d’embauche, nationalité, type et numéro du titre. S’il n’y en a aucun, déclarez-le.",
    ProofKind.REGISTRATION: "L’acheteur la vérifie lui-même : vous n’avez rien à envoyer (R2143-13).",
}
RENEWED = (ProofKind.VIGILANCE, ProofKind.FOREIGN_WORKERS)
USABLE = {kind: (kind,) for kind in ProofKind} | {ProofKind.SOCIAL: (ProofKind.SOCIAL, ProofKind.VIGILANCE)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLaw(LawOfTheDay):
    """Amounts in EUR excl. VAT from which a proof is asked, ages in months below which it holds, days to send them."""

    vigilance_threshold: Decimal
    foreign_workers_threshold: Decimal
    vigilance_months: int
    foreign_workers_months: int
    tax_and_social_certificate_months: int
    registration_months: int
    proofs_days: int
    proofs_reminder_days: int
    proofs_renewal_notice_days: int
    contract_margin_days: int


@dataclass(frozen=True, slots=True)
class Paper:
    """What is read on a proof: when it was made, its last day if it says one, the SIRET that it names (empty: not read)."""

    kind: ProofKind
    issued_on: date | None
    expires_on: date | None = None
    siret: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A proof as it was given: the last day on which it holds, and what was decided of it (None: not yet)."""

    holds_until: date
    decision: str | None = None


def proofs_for(amount: Decimal, law: ProofLaw) -> tuple[ProofKind, ...]:
    """The proofs of each company for a contract of this amount, EUR excl. VAT: the same for everybody.

    From its threshold the vigilance certificate says all that the social certificate says.
    """
    kinds = [ProofKind.TAX, ProofKind.VIGILANCE if amount >= law.vigilance_threshold else ProofKind.SOCIAL]
    if amount >= law.foreign_workers_threshold:
        kinds.append(ProofKind.FOREIGN_WORKERS)
    return (*kinds, ProofKind.REGISTRATION)


def is_asked(kind: ProofKind) -> bool:
    """Whether the company sends it; the buyer reads by itself what it can have for nothing (ADM-06, R2143-13)."""
    return kind is not ProofKind.REGISTRATION


def age_limit(kind: ProofKind, law: ProofLaw) -> int:
    """How many months old it must not be yet."""
    return {
        ProofKind.VIGILANCE: law.vigilance_months,
        ProofKind.FOREIGN_WORKERS: law.foreign_workers_months,
        ProofKind.REGISTRATION: law.registration_months,
    }.get(kind, law.tax_and_social_certificate_months)


def holds_until(kind: ProofKind, issued_on: date, expires_on: date | None, law: ProofLaw) -> date:
    """The last day on which it holds: the one that it says, and never the day on which it reaches its age."""
    oldest = months_before(issued_on, -age_limit(kind, law)) - timedelta(days=1)
    return min(oldest, expires_on) if expires_on else oldest


def paper_faults(paper: Paper, siret: str, name: str, today: date, law: ProofLaw) -> Iterator[Refusal]:
    """Why a proof does not do for the company of this SIRET: no date, made in the future, out of date, of another company."""
    if paper.siret and paper.siret[:SIREN] != siret[:SIREN]:
        message = f"Ce document est celui d’une autre entreprise : {name} a le SIREN {siret[:SIREN]}."
        yield Refusal(message, "Joindre celui de cette entreprise.", "AWD-01", "siret")
    if paper.issued_on is None:
        yield Refusal("Le jour où ce document a été établi manque.", "Il est écrit dessus.", "AWD-01", "issued_on")
        return
    if paper.issued_on > today:
        yield Refusal("Ce document serait établi dans le futur.", "Écrire le jour inscrit dessus.", "AWD-01", "issued_on")
    elif paper.expires_on and paper.expires_on < paper.issued_on:
        yield Refusal("Le dernier jour est avant le jour où il a été établi.", "Vérifier les deux dates.", "AWD-01", "expires_on")
    elif (last := holds_until(paper.kind, paper.issued_on, paper.expires_on, law)) < today:
        remedy = f"En demander un nouveau : il doit dater de moins de {age_limit(paper.kind, law)} mois."
        yield Refusal(f"Ce document n’est plus valable depuis le {french_date(last + timedelta(days=1))}.", remedy, "AWD-01", "issued_on")


def standing(given: Sequence[Given], today: date) -> Standing:
    """Where one awaited proof stands, from all that was given for it, the oldest first."""
    if any(each.decision == ACCEPTED and each.holds_until >= today for each in given):
        return Standing.ACCEPTED
    if any(each.decision is None for each in given):
        return Standing.TO_CHECK
    if not given:
        return Standing.AWAITED
    return Standing.ENDED if given[-1].decision == ACCEPTED else Standing.REFUSED


def notification_faults(standings: Sequence[tuple[str, Standing]]) -> list[Refusal]:
    """Why the contract cannot be notified: every proof that is not accepted, by its name, in one reason for each standing."""
    said = {
        Standing.AWAITED: ("manque", "manquent", "Attendre l’attributaire, et lire vous-même le registre, à la page « Attestations »."),
        Standing.REFUSED: ("ne convient pas", "ne conviennent pas", "Attendre un document qui convient."),
        Standing.TO_CHECK: ("reste à vérifier", "restent à vérifier", "Les accepter ou les refuser, à la page « Attestations »."),
        Standing.ENDED: ("n’est plus valable", "ne sont plus valables", "Demander un document à jour."),
    }
    faults = []
    for state, (one, many, remedy) in said.items():
        names = [f"« {name} »" for name, each in standings if each is state]
        if names:
            faults.append(Refusal(f"{listed(names)} {one if len(names) == 1 else many}.", remedy, "AWD-01"))
    return faults


def decision_faults(decision: str, reason: str) -> Iterator[Refusal]:
    """Why a decision on a given proof cannot be recorded; a refusal has its reason, which the company reads."""
    if decision not in DECISIONS:
        yield Refusal("Rien n’est choisi.", "Accepter ce document, ou le refuser.", "AWD-01", "decision")
    elif decision == REFUSED and not reason.strip():
        yield Refusal("Le motif du refus n’est pas écrit.", "L’entreprise doit savoir quoi envoyer à la place.", "AWD-01", "reason")


def failure_bars(due_on: date, standings: Sequence[tuple[ProofKind, Standing]], today: date) -> Iterator[Refusal]:
    """Why the awardee cannot be said unable to prove, whatever is typed (R2144-7): its period runs, or nothing is missing on its side.

    What the buyer reads by itself in a register is never missing on the side of the company until it was read there (R2143-13).
    """
    lacking = [(kind, each) for kind, each in standings if each is not Standing.ACCEPTED]
    if today <= due_on:
        message = f"L’entreprise a jusqu’au {french_date(due_on)} inclus : le même délai pour toutes."
        yield Refusal(message, "Attendre la fin du délai.", "AWD-01")
    if not lacking:
        yield Refusal("Toutes les attestations sont acceptées.", "Le marché peut être notifié.", "AWD-01")
    elif all(not is_asked(kind) and each in (Standing.AWAITED, Standing.ENDED) for kind, each in lacking):
        message = "L’entreprise a tout donné : il ne manque que le registre, que vous lisez vous-même."
        yield Refusal(message, "Lire le registre d’abord, à la page « Attestations ».", "AWD-01")
    if any(each is Standing.TO_CHECK for _, each in lacking):
        yield Refusal("Un document reçu attend votre réponse.", "L’accepter ou le refuser d’abord.", "AWD-01")


def failure_faults(due_on: date, standings: Sequence[tuple[ProofKind, Standing]], reason: str, today: date) -> Iterator[Refusal]:
    """Why it cannot be recorded that the awardee does not prove (R2144-7), with the reason that it will read."""
    yield from failure_bars(due_on, standings, today)
    if not reason.strip():
        yield Refusal("Ce qui manque n’est pas écrit.", "L’entreprise le lira dans sa lettre.", "AWD-01", "reason")


def needs_renewal(kind: ProofKind, given: Sequence[Given], today: date, until: date, law: ProofLaw) -> bool:
    """Whether a proof ends soon while the contract runs, to `until`, and nothing newer waits to be read (AWD-02)."""
    accepted = [each.holds_until for each in given if each.decision == ACCEPTED]
    if kind not in RENEWED or not accepted or any(each.decision is None for each in given):
        return False
    last = max(accepted)
    return last < until and today >= last - timedelta(days=law.proofs_renewal_notice_days) and today <= until


def standstill_end(sent_on: date, days: int) -> date:
    """The last day without signature: so many days counted date to date, that of the sending included (CJA L551-15)."""
    return sent_on + timedelta(days=days - 1)


def standstill_faults(until: date | None, today: date) -> Iterator[Refusal]:
    """Why the contract cannot be signed while the chosen period runs (AWD-05)."""
    if until is not None and today <= until:
        message = f"Le délai choisi avant la signature court jusqu’au {french_date(until)} inclus."
        yield Refusal(message, f"Notifier à partir du {french_date(until + timedelta(days=1))}.", "AWD-05")
