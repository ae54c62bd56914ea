"""What a company has to do for the consortiums that it is in, as its home page shows it."""

from collections.abc import Iterator

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from sad.actions.agreements import awaits_signature
from sad.db import session
from sad.models.consortiums import Consortium, ConsortiumMember
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem
from sad.web.supplier.tasks import Task

MOST = 10


def consortium_tasks(company: Supplier) -> Iterator[Task]:
    """The invitations to answer and the agreements to sign."""
    for member in session.scalars(_waiting(company)):
        group = member.consortium
        if member.accepted_at is None:
            title, url = f"Répondre ensemble : {group.category.label}", url_for("supplier.consortium", consortium_id=group.id)
            text = f"{group.lead.name} vous invite dans « {group.supplier.name} »."
            yield Task("Votre réponse est attendue", title, text, "Répondre", url)
        elif awaits_signature(member):
            title, url = f"Signer la convention : {group.supplier.name}", url_for("supplier.sign_agreement", consortium_id=group.id)
            yield Task("Votre signature est attendue", title, "Les parts sont écrites. Lisez, puis signez.", "Lire et signer", url)


def _waiting(company: Supplier) -> Select[ConsortiumMember]:
    """Its places in groups that no buyer has received yet, or that replace a member."""
    forming = Consortium.concluded_at.is_(None) | Consortium.replacements.any(decided_at=None, presented_at=None)
    group = joinedload(ConsortiumMember.consortium)
    return (
        select(ConsortiumMember)
        .join(ConsortiumMember.consortium)
        .where(ConsortiumMember.supplier_id == company.id, ConsortiumMember.left_at.is_(None), Consortium.ended_at.is_(None), forming)
        .options(
            group.joinedload(Consortium.supplier),
            group.joinedload(Consortium.lead),
            group.joinedload(Consortium.category).joinedload(Category.system).joinedload(PurchasingSystem.organisation),
            group.selectinload(Consortium.members).joinedload(ConsortiumMember.supplier),
            group.selectinload(Consortium.replacements),
        )
        .order_by(ConsortiumMember.id)
        .limit(MOST)
    )
