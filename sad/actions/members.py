"""Who may act for a supplier: inviting somebody, coming in, leaving."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, update

from sad.actions.accounts import find_person
from sad.actions.journal import record
from sad.actions.letters import people_of, post_letter
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.letters.text import write_letter
from sad.models.applications import PENDING_STATES, Application, ApplicationState
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer, OfferState
from sad.models.people import Person
from sad.models.suppliers import Supplier, SupplierInvitation, SupplierMember
from sad.trust.passwords import new_token, token_hash

INVITATION_LASTS = timedelta(days=14)
DECIDED = (MiniTenderState.NOTIFIED, MiniTenderState.DISCONTINUED)


def invite_member(supplier: Supplier, email: str, *, link: Callable[[str], str], by: Person, at: datetime) -> SupplierInvitation:
    """Invite the owner of an address to act for the supplier, by a link for one use within a fortnight.

    `link` makes the address of the page from the token. Raises `Refused` for somebody who is there already, and for a
    consortium, for which its lead's people act.
    """
    if supplier.lead_id is not None:
        raise refuse("Un groupement agit par son mandataire.", "Inviter quelqu’un à agir pour le mandataire.", field="email")
    if any(person.email == email for person in people_of(supplier)):
        raise refuse("Cette personne agit déjà pour vous.", "Elle se connecte avec son propre mot de passe.", field="email")
    token, hashed = new_token()
    _close_invitations(supplier, email, at=at)
    invitation = SupplierInvitation(
        supplier=supplier, email=email, token_hash=hashed, invited_by=by.id, invited_at=at, expires_at=at + INVITATION_LASTS
    )
    session.add(invitation)
    text = write_letter("member_invitation", supplier=supplier, inviter=by, expires_at=invitation.expires_at)
    post_letter(text, to=find_person(email) or ("", email), at=at, secret=link(token))
    record("invite_member", supplier, by=by, at=at, email=email)
    return invitation


def cancel_invitation(invitation: SupplierInvitation, *, by: Person, at: datetime) -> SupplierInvitation:
    """Make an invitation's link useless. Raises `Refused` once it has served."""
    if invitation.used_at is not None:
        raise refuse("Cette invitation a déjà servi.", "La personne est dans la liste.")
    invitation.expires_at = min(at, invitation.expires_at)
    record("cancel_invitation", invitation.supplier, by=by, at=at, email=invitation.email)
    return invitation


def waiting_invitations(supplier: Supplier, *, at: datetime) -> list[SupplierInvitation]:
    """The invitations that have not served and still may, oldest first."""
    return list(
        session.scalars(
            select(SupplierInvitation)
            .where(
                SupplierInvitation.supplier_id == supplier.id, SupplierInvitation.used_at.is_(None), SupplierInvitation.expires_at > at
            )
            .order_by(SupplierInvitation.id)
        )
    )


def live_invitation(token: str, *, at: datetime) -> SupplierInvitation:
    """The unused invitation of this token. Raises `Refused` when it is unknown, used or out of date."""
    invitation = session.scalar(select(SupplierInvitation).where(SupplierInvitation.token_hash == token_hash(token)))
    if invitation is None or invitation.used_at or at >= invitation.expires_at:
        raise refuse(
            "Cette invitation ne sert plus : elle vaut une fois, pendant quinze jours.",
            "Demandez-en une autre à la personne qui vous a invité.",
        )
    return invitation


def accept_invitation(token: str, *, by: Person, at: datetime) -> SupplierMember:
    """Let `by` act for the supplier that invited its address; it is added when it has no account yet. Raises `Refused`."""
    invitation = live_invitation(token, at=at)
    faults = list(_guest_faults(by, invitation))
    if faults:
        raise Refused(*faults)
    session.add(by)
    session.flush()
    member = SupplierMember(supplier_id=invitation.supplier_id, person=by, joined_at=at)
    session.add(member)
    invitation.used_at = at
    record("accept_invitation", invitation.supplier, by=by, at=at)
    return member


def leave_supplier(supplier: Supplier, *, by: Person, at: datetime) -> SupplierMember:
    """Stop acting for the supplier.

    The last person may leave only when nothing waits for an answer: raises `Refused` while an application is pending
    or an offer undecided. Its drafts of applications are then withdrawn.
    """
    member = session.scalar(
        select(SupplierMember).where(
            SupplierMember.supplier_id == supplier.id, SupplierMember.person_id == by.id, SupplierMember.left_at.is_(None)
        )
    )
    if member is None:
        raise refuse("Vous n’agissez pas pour ce fournisseur.")
    if is_last(supplier):
        _leave_empty(supplier, at=at)
    member.left_at = at
    record("leave_supplier", supplier, by=by, at=at)
    return member


def is_last(supplier: Supplier) -> bool:
    """Does a single person act for this supplier?"""
    return len(people_of(supplier)) == 1


def leaving_faults(supplier: Supplier) -> list[Refusal]:
    """What keeps the last person from leaving: an application that waits for its answer, an offer that waits for its result."""
    remedy = "Invitez d’abord quelqu’un qui prendra la suite."
    faults = []
    if _count_pending(supplier):
        faults.append(Refusal("Une candidature attend sa réponse : plus personne ne la recevrait.", f"{remedy} Ou retirez-la."))
    if _count_undecided(supplier):
        faults.append(Refusal("Une offre déposée attend son résultat : plus personne ne le recevrait.", remedy))
    return faults


def _leave_empty(supplier: Supplier, *, at: datetime) -> None:
    faults = leaving_faults(supplier)
    if faults:
        raise Refused(*faults)
    session.execute(
        update(Application)
        .where(Application.supplier_id == supplier.id, Application.state == ApplicationState.DRAFT)
        .values(state=ApplicationState.WITHDRAWN)
    )
    for invitation in waiting_invitations(supplier, at=at):
        invitation.expires_at = at


def _close_invitations(supplier: Supplier, email: str, *, at: datetime) -> None:
    """A new invitation to the same address takes the place of the one before."""
    for invitation in waiting_invitations(supplier, at=at):
        if invitation.email == email:
            invitation.expires_at = at


def _guest_faults(person: Person, invitation: SupplierInvitation) -> Iterator[Refusal]:
    if person.email != invitation.email:
        yield Refusal("Cette invitation a été envoyée à une autre adresse.", "Connectez-vous avec celle qui l’a reçue.")
    if person.organisation_id is not None or person.roles:
        yield Refusal("Un compte d’agent ne peut pas agir pour un fournisseur.", "Demandez une invitation à une autre adresse.")
    if not person.name:
        yield Refusal("Votre nom manque.", "Écrire votre prénom et votre nom.", field="person_name")


def _count_pending(supplier: Supplier) -> int:
    query = select(func.count(Application.id)).where(
        Application.supplier_id.in_(_acted_for(supplier)), Application.state.in_(PENDING_STATES)
    )
    return session.scalar(query) or 0


def _count_undecided(supplier: Supplier) -> int:
    query = (
        select(func.count(Offer.id))
        .join(MiniTender, MiniTender.id == Offer.mini_tender_id)
        .where(Offer.supplier_id.in_(_acted_for(supplier)), Offer.state == OfferState.DEPOSITED, MiniTender.state.not_in(DECIDED))
    )
    return session.scalar(query) or 0


def _acted_for(supplier: Supplier) -> Select[int]:
    """The company itself and the consortiums that it leads."""
    return select(Supplier.id).where((Supplier.id == supplier.id) | (Supplier.lead_id == supplier.id))
