"""An offer entered by an agent for a supplier which agreed to it: declared as a conflict of interest, known to the supplier (REC-08).

The agent sees what it types, hence it opens, examines and decides nothing of that mini-tender. It sees nothing else of the supplier:
neither a draft nor an offer deposited before.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from sad.actions.declarations import concerned_people, declare_interests
from sad.actions.journal import record
from sad.actions.letters import people_of, post_letter
from sad.actions.offers import submit_offer
from sad.actions.openings import openers_of
from sad.actions.publications import invitees_of
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.offers import OfferContent
from sad.domain.phases import is_open
from sad.letters import offers as letters
from sad.models.assisted_deposits import AssistedDeposit, Means
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt, Offer
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier
from sad.trust.canonical import instant
from sad.trust.envelopes import EnvelopeFile

OPENERS = 2
LINK = "A saisi l’offre d’un fournisseur, avec son accord."


def begin_assistance(
    mini_tender: MiniTender, supplier: Supplier, means: Means, agreed_by: str, *, agreed_at: datetime, link: str, by: Person, at: datetime
) -> AssistedDeposit:
    """Note how, when and by whom the supplier agreed that this buyer enters its offer; the supplier is told at once.

    It is a conflict of interest: the buyer stands aside for the whole mini-tender. The same again gives the same agreement.
    `link` leads the supplier to the consultation. Raises `Refused` with every fault.
    """
    known = assistance_by(mini_tender, by)
    if known is not None and known.supplier_id == supplier.id and is_open(mini_tender, at):
        return known
    faults = [*_faults(mini_tender, supplier, known, by, at), *_agreement_faults(mini_tender, agreed_by, agreed_at, at)]
    if faults:
        raise Refused(*faults)
    declare_interests(mini_tender, has_conflict=True, link=LINK, by=by, at=at)
    begun = AssistedDeposit(
        organisation_id=mini_tender.organisation_id,
        mini_tender=mini_tender,
        supplier=supplier,
        agent=by,
        means=means,
        agreed_by=agreed_by.strip(),
        agreed_at=agreed_at,
        begun_at=at,
    )
    session.add(begun)
    record("begin_assistance", begun, by=by, at=at, is_sealed=True, means=means, agreed_by=begun.agreed_by, agreed_at=instant(agreed_at))
    for person in people_of(supplier):
        post_letter(letters.assisted(begun, link=link), to=person, at=at, supplier=supplier)
    return begun


def submit_assisted_offer(
    begun: AssistedDeposit,
    content: OfferContent,
    files: Sequence[EnvelopeFile] = (),
    *,
    idempotency_key: str,
    started_at: datetime,
    received_at: datetime,
    seal_key: bytes,
    link: str,
    by: Person,
    at: datetime,
    attempt: DepositAttempt | None = None,
) -> Offer:
    """Deposit for the supplier what the agent typed, under the rules of `submit_offer`; the receipt is the supplier's alone.

    A draft of the supplier's own stays. Raises `Refused`, for another person than the one to which the supplier agreed too.
    """
    if begun.agent_id != by.id:
        raise refuse("Le fournisseur a donné son accord à une autre personne.", "Elle saisit, ou demande un autre accord.", rule="REC-08")
    offer = submit_offer(
        begun.mini_tender,
        begun.supplier,
        content,
        files,
        idempotency_key=idempotency_key,
        started_at=started_at,
        received_at=received_at,
        seal_key=seal_key,
        link=link,
        by=by,
        at=at,
        attempt=attempt,
        keep_draft=True,
    )
    record("submit_assisted_offer", begun, by=by, at=at, is_sealed=True, offer=offer.id)
    return offer


def assistance_by(mini_tender: MiniTender, agent: Person) -> AssistedDeposit | None:
    """What this agent was asked to enter, if anything."""
    return session.scalar(
        select(AssistedDeposit).where(AssistedDeposit.mini_tender_id == mini_tender.id, AssistedDeposit.agent_id == agent.id)
    )


def assistance_of(offer: Offer) -> AssistedDeposit | None:
    """The agreement under which an offer was entered; None when the supplier deposited itself."""
    return session.scalar(
        select(AssistedDeposit).where(
            AssistedDeposit.mini_tender_id == offer.mini_tender_id,
            AssistedDeposit.supplier_id == offer.supplier_id,
            AssistedDeposit.agent_id == offer.deposited_by,
        )
    )


def assistances_of(mini_tender: MiniTender) -> list[AssistedDeposit]:
    """Every agreement of a mini-tender, in order; before the opening it would tell who deposits (SEC-01)."""
    found = select(AssistedDeposit).where(AssistedDeposit.mini_tender_id == mini_tender.id)
    return list(session.scalars(found.order_by(AssistedDeposit.id)))


def _faults(
    mini_tender: MiniTender, supplier: Supplier, known: AssistedDeposit | None, by: Person, at: datetime
) -> Iterator[Refusal]:
    if not by.has_role(Role.BUYER) or by.organisation_id != mini_tender.organisation_id:
        yield Refusal("Seul un acheteur de la collectivité saisit une offre pour un fournisseur.", "", "REC-08")
    if not is_open(mini_tender, at):
        message = "Cette consultation ne reçoit plus d’offres à temps : nul ne saisit pour un autre après l’heure."
        yield Refusal(message, "Le fournisseur peut encore envoyer la sienne : elle sera gardée, scellée et signalée.", "REC-04")
    if supplier.id not in {each.id for each in invitees_of(mini_tender)}:
        yield Refusal("Cette entreprise n’est pas invitée à cette consultation.", "La choisir dans la liste des invités.", "SAD-15")
    if known is not None and known.supplier_id != supplier.id:
        message = "Vous avez déjà saisi pour un autre fournisseur de cette consultation : vous connaissez ses prix."
        yield Refusal(message, "Un collègue acheteur s’en charge.", "REC-08")
    free = {person.id for person in openers_of(mini_tender)} - concerned_people(mini_tender) - {by.id}
    if len(free) < OPENERS:
        message = "Si vous laissez la place, il ne reste pas deux personnes pour ouvrir les offres."
        yield Refusal(message, "Un collègue qui n’est pas ouvreur saisit, ou l’administrateur nomme un autre ouvreur.", "REC-08")


def _agreement_faults(mini_tender: MiniTender, agreed_by: str, agreed_at: datetime, at: datetime) -> Iterator[Refusal]:
    if not agreed_by.strip():
        yield Refusal("Qui a donné l’accord n’est pas dit.", "Écrire son nom, tel qu’il l’a donné.", "REC-08", "agreed_by")
    if agreed_at > at:
        yield Refusal("L’accord serait donné dans l’avenir.", "Corriger la date ou l’heure.", "REC-08", "agreed_at")
    elif mini_tender.published_at is not None and agreed_at < mini_tender.published_at:
        message = "L’accord serait plus ancien que la consultation."
        yield Refusal(message, "Il vaut pour une seule consultation : le redemander.", "REC-08", "agreed_at")
