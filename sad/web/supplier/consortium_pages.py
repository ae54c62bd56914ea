"""What the page of a consortium shows: where it stands, what each member has done, what is left."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from sad.actions.agreements import awaits_signature, has_signed, readiness_faults
from sad.actions.compositions import is_frozen
from sad.actions.replacements import is_past, newcomers_of
from sad.db import session
from sad.domain.errors import Refusal
from sad.models.applications import Application
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
    """A consortium for one of its companies. `faults`: what is left before the application, or before the replacement."""

    consortium: Consortium
    mine: ConsortiumMember
    words: tuple[str, str]
    rows: tuple[Row, ...]
    faults: tuple[Refusal, ...]
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
        return self.is_lead and is_asked and not self.faults and len(newcomers_of(self.consortium)) == 1


def shown(consortium: Consortium, company: Supplier, at: datetime) -> Shown:
    """The page of a consortium for this company, which is a member of it."""
    application = session.scalar(
        select(Application).where(Application.supplier_id == consortium.supplier_id).order_by(Application.id.desc()).limit(1)
    )
    replacement = consortium.replacement
    frozen = is_frozen(consortium)
    faults = tuple(readiness_faults(consortium))
    return Shown(
        consortium=consortium,
        mine=next(each for each in consortium.present if each.supplier_id == company.id),
        words=_words(consortium, application, is_frozen=frozen, is_ready=not faults),
        rows=tuple(_row(each, company) for each in consortium.present),
        faults=faults,
        application=application,
        replacement=replacement,
        may_change=consortium.ended_at is None and (not frozen or (replacement is not None and replacement.presented_at is None)),
        is_written=bool(consortium.on_default) and all(each.share for each in consortium.parties),
        is_late=replacement is not None and is_past(replacement, at),
    )


def _words(consortium: Consortium, application: Application | None, *, is_frozen: bool, is_ready: bool) -> tuple[str, str]:
    if consortium.ended_at is not None:
        return ENDED
    if is_frozen and application is not None:
        return f"Candidature : {WORDS[application.state][0].lower()}", WORDS[application.state][1]  # type: ignore[index]
    return READY if is_ready else FORMING


def _row(member: ConsortiumMember, company: Supplier) -> Row:
    return Row(member, *_state_of(member), member.supplier_id == company.id)


def _state_of(member: ConsortiumMember) -> tuple[str, str]:
    replacement = member.consortium.replacement
    if replacement is not None and replacement.member_id == member.id:
        return "À remplacer", "red"
    if member.accepted_at is None:
        return "N’a pas encore répondu", "apricot"
    if has_signed(member):
        return "A signé", "green"
    return ("À signer à nouveau" if member.signed_at else "A accepté, n’a pas signé"), "apricot"
