"""Forming a consortium: founded by its lead for one category, joined by the companies that it invites, left or given up."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from sad.actions.agreements import call_to_sign
from sad.actions.applications import validity_faults
from sad.actions.compositions import check_acts_for, hold_to_change, party_of, standing_faults
from sad.actions.journal import record
from sad.actions.letters import post_to_supplier
from sad.actions.suppliers import siret_fault
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.letters import consortiums as letters
from sad.letters.text import LetterText
from sad.models.applications import Application, ApplicationState
from sad.models.consortiums import Consortium, ConsortiumMember
from sad.models.people import Person
from sad.models.suppliers import Supplier
from sad.models.systems import Category

KIND = "groupement"
LONGEST_NAME = 150


def found_consortium(
    lead: Supplier, category: Category, name: str, offered: Sequence[str], *, by: Person, at: datetime
) -> Consortium:
    """Found a consortium that `lead` will lead in this category; its name comes after « Groupement ».

    `offered`: keys of the families of the category that the members offer together, though none may alone. Raises `Refused`
    with every fault: no name, a system that is not open, a lead that leads one there already (R2142-23).
    """
    check_acts_for(lead, by)
    session.refresh(lead, with_for_update={"of": Supplier, "key_share": True})
    faults = [*validity_faults(category.system, at), *_founding_faults(lead, category, name, offered)]
    if faults:
        raise Refused(*faults)
    supplier = Supplier(
        siret=lead.siret,
        lead_id=lead.id,
        name=f"Groupement {name.strip()}",
        kind=KIND,
        commune=lead.commune,
        postcode=lead.postcode,
        phone=lead.phone,
        families=sorted({*offered, *lead.families}),
        created_at=at,
    )
    session.add(supplier)
    session.flush()
    consortium = Consortium(
        organisation_id=category.organisation_id,
        category=category,
        supplier=supplier,
        lead_id=lead.id,
        offered=list(offered),
        founded_at=at,
        founded_by=by.id,
    )
    member = ConsortiumMember(supplier=lead, invited_at=at, invited_by=by.id, accepted_at=at, accepted_by=by.id)
    consortium.members.append(member)
    session.add(consortium)
    record("found_consortium", consortium, by=by, at=at, lead=lead.id, category=category.key, name=supplier.name)
    return consortium


def invite_partner(consortium: Consortium, siret: str, *, link: str, by: Person, at: datetime) -> ConsortiumMember:
    """Ask the company of this SIRET (14 digits) to join; `link` leads to its answer. The text changes, so nobody has signed it.

    Raises `Refused` for itself, for a company that is there already, and for one that has no account.
    """
    check_acts_for(consortium.supplier, by)
    hold_to_change(consortium)
    partner = session.scalar(select(Supplier).where(Supplier.siret == siret, Supplier.lead_id.is_(None)))
    fault = next(_partner_faults(consortium, siret, partner), None)
    if fault or partner is None:
        raise Refused(*([fault] if fault else []))
    member = ConsortiumMember(supplier=partner, invited_at=at, invited_by=by.id)
    consortium.members.append(member)
    consortium.revision += 1
    session.flush()
    _tell(member, letters.invited(member, link=link), at)
    record("invite_partner", consortium, by=by, at=at, supplier=partner.id)
    return member


def join_consortium(member: ConsortiumMember, *, link: str, by: Person, at: datetime) -> ConsortiumMember:
    """Accept to be a member; it binds to nothing before the signature. Raises `Refused` for a company stopped or excluded there."""
    consortium = hold_to_change(member.consortium)
    check_acts_for(member.supplier, by)
    if member.left_at is not None or member.accepted_at is not None:
        raise refuse("Cette invitation a déjà sa réponse.", "Regarder où en est le groupement.")
    faults = list(standing_faults([member.supplier], consortium.category))
    if faults:
        raise Refused(*faults)
    member.accepted_at, member.accepted_by = at, by.id
    consortium.supplier.families = families_of(consortium)
    post_to_supplier(consortium.supplier, letters.answered(member), at=at, organisation_id=consortium.organisation_id)
    record("join_consortium", consortium, by=by, at=at, supplier=member.supplier_id)
    call_to_sign(consortium, link=link, at=at)
    return member


def leave_consortium(member: ConsortiumMember, reason: str, *, by: Person, at: datetime) -> ConsortiumMember:
    """Decline, leave, or be taken out by the lead, before the application goes; the others are told and sign again.

    Raises `Refused` for the lead, which gives the group up instead, and once the application is gone (ADM-11).
    """
    consortium = hold_to_change(member.consortium)
    check_acts_for(consortium.supplier if by_lead(consortium, by) else member.supplier, by)
    if member.left_at is not None:
        raise refuse("Cette entreprise n’est déjà plus dans le groupement.")
    if member.is_lead:
        raise refuse("Le mandataire ne part pas seul.", "Abandonner le groupement, ou laisser un autre en former un.", rule="ADM-11")
    if consortium.replacement is not None and member.supplier_id in {part.supplier_id for part in consortium.parts_in_force}:
        raise refuse("Un membre en place ne part pas pendant un remplacement.", "Seul le nouveau peut encore changer.", rule="ADM-11")
    if not reason.strip():
        raise refuse("La raison n’est pas écrite.", "Quelques mots suffisent ; les autres membres les liront.", field="reason")
    member.left_at, member.left_reason = at, reason.strip()
    consortium.revision += 1
    consortium.supplier.families = families_of(consortium)
    text = letters.left(member)
    for each in (member, *consortium.present):
        _tell(each, text, at)
    record("leave_consortium", consortium, by=by, at=at, supplier=member.supplier_id, reason=member.left_reason)
    return member


def end_consortium(consortium: Consortium, reason: str, *, by: Person, at: datetime) -> Consortium:
    """Give up a consortium that no buyer has received; the lead may found another at once. Its draft of application goes."""
    check_acts_for(consortium.supplier, by)
    hold_to_change(consortium)
    if consortium.replacement is not None:
        raise refuse("L’acheteur attend un remplacement.", "Le présenter, ou laisser passer le délai.", rule="ADM-10")
    if not reason.strip():
        raise refuse("La raison n’est pas écrite.", "Quelques mots suffisent ; les autres membres les liront.", field="reason")
    consortium.ended_at, consortium.end_reason = at, reason.strip()
    draft = select(Application).where(
        Application.supplier_id == consortium.supplier_id, Application.state == ApplicationState.DRAFT
    )
    for application in session.scalars(draft):
        application.state = ApplicationState.WITHDRAWN
    for member in consortium.present:
        _tell(member, letters.ended(consortium), at)
    record("end_consortium", consortium, by=by, at=at, reason=consortium.end_reason)
    return consortium


def families_of(consortium: Consortium) -> list[str]:
    """What they offer together and all that its members sell, in a fixed order (R2142-25)."""
    sold = {family for each in consortium.parties if each.accepted_at for family in each.supplier.families}
    return sorted({*consortium.offered, *sold})


def by_lead(consortium: Consortium, person: Person) -> bool:
    """Whether the person acts for the lead."""
    return any(member.person_id == person.id and member.left_at is None for member in consortium.lead.members)


def _founding_faults(lead: Supplier, category: Category, name: str, offered: Sequence[str]) -> Iterator[Refusal]:
    if lead.lead_id is not None:
        yield Refusal("Un groupement n’en conduit pas un autre.", "Agir pour l’entreprise elle-même.", "ADM-11")
    if not name.strip():
        yield Refusal("Le groupement n’a pas de nom.", "Écrire celui que l’acheteur lira, par exemple « Buffet du Vercors ».", field="name")
    elif len(name.strip()) > LONGEST_NAME:
        yield Refusal(f"Ce nom est trop long : {LONGEST_NAME} caractères au plus.", "Le raccourcir.", field="name")
    if not offered or not set(offered) <= set(category.families):
        message = f"Ce que vous proposez ensemble en « {category.label} » n’est pas dit."
        yield Refusal(message, "Cocher au moins une famille de produits de la catégorie.", "SAD-03", "offered")
    led = select(Consortium.id).where(
        Consortium.lead_id == lead.id, Consortium.category_id == category.id, Consortium.ended_at.is_(None)
    )
    if session.scalar(led) is not None:
        message = f"{lead.name} conduit déjà un groupement en « {category.label} » : une entreprise n’en conduit qu’un (R2142-23)."
        yield Refusal(message, "Abandonner le premier, ou laisser un partenaire conduire celui-ci.", "ADM-11")


def _partner_faults(consortium: Consortium, siret: str, partner: Supplier | None) -> Iterator[Refusal]:
    fault = siret_fault(siret)
    if fault:
        yield Refusal(fault, "Il se lit sur ses factures.", field="siret")
    elif partner is None:
        message = "Aucune entreprise inscrite n’a ce SIRET."
        yield Refusal(message, "Lui demander d’ouvrir son compte, gratuit, puis l’inviter.", field="siret")
    elif partner.id == consortium.lead_id:
        yield Refusal("C’est votre propre SIRET : vous êtes déjà le mandataire.", "Écrire celui d’un partenaire.", "ADM-11", "siret")
    elif party_of(consortium, partner) is not None:
        message = f"{partner.name} est déjà dans le groupement : une entreprise n’y a qu’une place."
        yield Refusal(message, "Écrire le SIRET d’une autre entreprise.", "ADM-11", "siret")


def _tell(member: ConsortiumMember, text: LetterText, at: datetime) -> None:
    post_to_supplier(member.supplier, text, at=at, organisation_id=member.consortium.organisation_id)
