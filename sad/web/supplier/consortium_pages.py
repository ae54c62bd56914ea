"""What the page of a consortium shows: where it stands, what each member has done, what is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from sad.actions.agreements import awaits_signature, has_signed, is_complete, readiness_faults
from sad.actions.compositions import is_frozen, standing_faults
from sad.actions.replacements import is_past, newcomers_of
from sad.db import session
from sad.domain.consortiums import FEWEST
from sad.domain.sentences import listed
from sad.models.applications import Application, ApplicationState
from sad.models.consortiums import Consortium, ConsortiumMember, MemberReplacement
from sad.models.suppliers import Supplier
from sad.web.supplier.applications import WORDS

FORMING = ("En préparation", "apricot")
READY = ("Signé par tous", "green")
ENDED = ("Abandonné", "grey")


@dataclass(frozen=True, slots=True)
class Row:
    """One member: what it has done, in words, and whether it is this company."""

    member: ConsortiumMember
    words: str
    tone: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A consortium for one of its companies. `left`: what each has to do before the application, or before the replacement."""

    consortium: Consortium
    mine: ConsortiumMember
    words: tuple[str, str]
    rows: tuple[Row, ...]
    is_ready: bool
    left: tuple[str, ...]
    application: Application | None
    replacement: MemberReplacement | None
    may_change: bool
    is_written: bool
    is_late: bool

    @property
    def is_lead(self) -> bool:
        return self.mine.is_lead

    @property
    def may_sign(self) -> bool:
        """Whether this company's signature is what is missing of it."""
        return self.may_change and awaits_signature(self.mine)

    @property
    def may_present(self) -> bool:
        """Whether the lead may present the replacement now."""
        replacement = self.replacement
        is_asked = replacement is not None and replacement.presented_at is None and not self.is_late
        return self.is_lead and is_asked and self.is_ready and len(newcomers_of(self.consortium)) == 1


def shown(consortium: Consortium, company: Supplier, at: datetime) -> Shown:
    """The page of a consortium for this company, which is a member of it."""
    application = session.scalar(
        select(Application).where(Application.supplier_id == consortium.supplier_id).order_by(Application.id.desc()).limit(1)
    )
    replacement = consortium.replacement
    frozen = is_frozen(consortium)
    is_ready, is_written = not any(readiness_faults(consortium)), is_complete(consortium)
    return Shown(
        consortium=consortium,
        mine=next(each for each in consortium.present if each.supplier_id == company.id),
        words=_words(consortium, application, is_frozen=frozen, is_ready=is_ready),
        rows=tuple(Row(each, *_state_of(each, is_written=is_written), each.supplier_id == company.id) for each in consortium.present),
        is_ready=is_ready,
        left=tuple(_left(consortium, is_written=is_written)),
        application=application,
        replacement=replacement,
        may_change=consortium.ended_at is None and (not frozen or (replacement is not None and replacement.presented_at is None)),
        is_written=is_written,
        is_late=replacement is not None and is_past(replacement, at),
    )


def _words(consortium: Consortium, application: Application | None, *, is_frozen: bool, is_ready: bool) -> tuple[str, str]:
    if consortium.ended_at is not None:
        return ENDED
    if is_frozen and application is not None:
        words, tone = WORDS[ApplicationState(application.state)]
        return f"Candidature : {words.lower()}", tone
    return READY if is_ready else FORMING


def _left(consortium: Consortium, *, is_written: bool) -> Iterator[str]:
    """What is left to do, in the order in which it is done."""
    parties = consortium.parties
    silent = [each.supplier.name for each in parties if each.accepted_at is None]
    unsigned = [each.supplier.name for each in parties if each.accepted_at and not has_signed(each)]
    if len(parties) < FEWEST:
        yield "Inviter au moins un partenaire."
    if silent:
        yield f"Réponse attendue : {listed(silent)}."
    if not is_written:
        yield "Les parts, les tâches et le paiement sont à écrire par le mandataire, puis chacun signe."
    elif unsigned:
        yield f"Signature attendue : {listed(unsigned)}."
    yield from (fault.message for fault in standing_faults([each.supplier for each in parties], consortium.category))


def _state_of(member: ConsortiumMember, *, is_written: bool) -> tuple[str, str]:
    replacement = member.consortium.replacement
    if replacement is not None and replacement.member_id == member.id:
        return "À remplacer", "red"
    if member.accepted_at is None:
        return "N’a pas encore répondu", "apricot"
    if has_signed(member):
        return "A signé", "green"
    if not is_written:
        return "A accepté", "blue"
    return ("À signer à nouveau" if member.signed_at else "A accepté, n’a pas signé"), "apricot"
