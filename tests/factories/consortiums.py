"""Consortiums of cheese, bread and drinks, formed through the actions."""

from datetime import UTC, datetime
from decimal import Decimal

from sad.actions.agreements import Terms, sign_agreement, write_terms
from sad.actions.applications import save_answers, start_application, submit_application
from sad.actions.consortiums import found_consortium, invite_partner, join_consortium
from sad.db import session
from sad.domain.consortiums import Liability, Payment
from sad.letters.consortiums import agreement, fingerprint
from sad.models.applications import Application
from sad.models.consortiums import Consortium, ConsortiumMember
from sad.models.suppliers import Supplier
from sad.models.systems import Category
from tests.factories.suppliers import make_supplier, member_of

FORMED = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
LINK = "http://localhost/fournisseur/groupements/1"
SHARES = ("50", "30", "20")
TASKS = ("fromages", "pain", "boissons")
ON_DEFAULT = "Les autres livrent à sa place, à ses frais."


def make_trio() -> list[Supplier]:
    """A cheese maker, who will lead, a baker and a brewer."""
    sold = (("Chèvrerie", "fromages"), ("Fournil", "pain_viennoiserie"), ("Brasserie", "boissons_alcool"))
    return [make_supplier(name=name, families=[family]) for name, family in sold]


def make_consortium(category: Category, companies: list[Supplier] | None = None, *, at: datetime = FORMED) -> Consortium:
    """Founded, everybody has joined; nothing written yet."""
    companies = companies or make_trio()
    lead = companies[0]
    made = found_consortium(lead, category, "Buffet du Vercors", category.families[:1], by=member_of(lead), at=at)
    for each in companies[1:]:
        member = invite_partner(made, each.siret, link=LINK, by=member_of(lead), at=at)
        join_consortium(member, link=LINK, by=member_of(each), at=at)
    session.flush()
    return made


def terms_of(consortium: Consortium, shares: tuple[str, ...] = SHARES, **values) -> Terms:
    """Terms for its parties, in their order."""
    parts = {
        each.supplier_id: (TASKS[number % 3], Decimal(share) if share else None)
        for number, (each, share) in enumerate(zip(consortium.parties, shares, strict=False))
    }
    return Terms(**{"form": Liability.JOINT_LIABLE_LEAD, "payment": Payment.EACH, "on_default": ON_DEFAULT, "parts": parts, **values})


def write(consortium: Consortium, shares: tuple[str, ...] = SHARES, *, at: datetime = FORMED, **values) -> Consortium:
    terms = terms_of(consortium, shares, **values)
    return write_terms(consortium, terms, revision=consortium.revision, link=LINK, by=member_of(consortium.lead), at=at)


def sign(member: ConsortiumMember, *, at: datetime = FORMED, **values) -> ConsortiumMember:
    shown = fingerprint(agreement(member.consortium))
    return sign_agreement(member, **{"shown": shown, "is_sworn": True, "by": member_of(member.supplier), "at": at, **values})


def make_signed(category: Category, companies: list[Supplier] | None = None, *, at: datetime = FORMED) -> Consortium:
    """Written and signed by all."""
    made = write(make_consortium(category, companies, at=at), at=at)
    for member in made.parties:
        sign(member, at=at)
    return made


def apply_with(consortium: Consortium, *, at: datetime = FORMED) -> Application:
    """The application of a consortium, sent."""
    by = member_of(consortium.lead)
    application = start_application(consortium.supplier, consortium.category, by=by, at=at)
    save_answers(application, {"liability_insurance": "oui"}, by=by, at=at)
    return submit_application(application, is_sworn=True, by=by, at=at)
