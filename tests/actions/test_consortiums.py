"""Forming a consortium: one lead, companies that say yes or no, and nothing that changes once the application is gone."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sad.actions.admissions import admit
from sad.actions.applications import start_application, withdraw_application
from sad.actions.consortiums import end_consortium, found_consortium, invite_partner, join_consortium, leave_consortium
from sad.actions.letters import people_of, post_to_suppliers
from sad.actions.members import invite_member, leave_supplier
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.letters.text import LetterText
from sad.models.admissions import AdmissionState
from sad.models.applications import ApplicationState
from sad.models.consortiums import Consortium
from sad.models.letters import Letter
from sad.models.people import Role
from sad.models.suppliers import Supplier, SupplierMember
from tests.factories.admissions import make_admission, make_application
from tests.factories.consortiums import FORMED, LINK, apply_with, make_consortium, make_signed, make_trio, sign, write
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

LATER = datetime(2026, 2, 9, 9, 0, tzinfo=UTC)


@pytest.fixture
def category(database):
    made = make_system().categories[1]
    session.commit()
    return made


@pytest.fixture
def trio(database):
    made = make_trio()
    session.commit()
    return made


@pytest.fixture
def buyer(category):
    made = make_person(category.system.organisation, Role.BUYER)
    session.commit()
    return made


def refusal(act) -> Refused:
    with pytest.raises(Refused) as refused, transaction():
        act()
    return refused.value


def rules(refused: Refused) -> list[str | None]:
    return [each.rule for each in refused.refusals]


def letters(kind: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def test_a_consortium_is_a_candidate_of_its_own_under_its_leads_siret(category, trio):
    made = make_consortium(category, trio)
    assert (made.supplier.name, made.supplier.siret, made.supplier.acting_id) == ("Groupement Buffet du Vercors", trio[0].siret, trio[0].id)
    assert made.supplier.families == ["boissons_alcool", "fromages", "pain_viennoiserie", "traiteur_cocktail"]
    assert [each.supplier.name for each in made.parties] == ["Chèvrerie", "Fournil", "Brasserie"]


def test_the_leads_people_act_for_it_and_nobody_else(category, trio):
    made = make_consortium(category, trio)
    assert people_of(made.supplier) == people_of(trio[0])
    text = LetterText("x", "Objet", "Corps")
    posted = post_to_suppliers([made.supplier, trio[1]], text, at=FORMED, organisation_id=category.organisation_id)
    assert {letter.supplier_id: letter.person_id for letter in posted} == {
        made.supplier.id: member_of(trio[0]).id, trio[1].id: member_of(trio[1]).id
    }


def test_nobody_is_invited_to_act_for_a_consortium_itself(category, trio):
    with transaction():
        made = make_consortium(category, trio)
    refused = refusal(lambda: invite_member(made.supplier, "x@y.example", link=LINK.__add__, by=member_of(trio[0]), at=FORMED))
    assert "mandataire" in str(refused)


def test_a_siret_has_one_company_whatever_the_groups_that_bear_it(category, trio):
    with transaction():
        make_consortium(category, trio)
    with pytest.raises(IntegrityError):
        make_supplier(siret=trio[0].siret)
    session.rollback()


def test_the_database_ties_a_consortium_to_the_siret_of_its_lead(category, trio):
    made = make_consortium(category, trio)
    made.supplier.siret = trio[1].siret
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize("values", [{"kind": "groupement"}, {"lead_id": 1}])
def test_the_database_knows_a_consortium_by_its_kind_and_its_lead(trio, values):
    with pytest.raises(IntegrityError):
        make_supplier(**values)
    session.rollback()


def test_a_lead_leads_one_group_for_one_category(category, trio):
    with transaction():
        make_consortium(category, trio)
    again = refusal(lambda: found_consortium(trio[0], category, "Autre", ["traiteur_buffet"], by=member_of(trio[0]), at=FORMED))
    assert rules(again) == ["ADM-11"] and "R2142-23" in str(again)
    with transaction():
        found_consortium(trio[1], category, "Autre", ["traiteur_buffet"], by=member_of(trio[1]), at=FORMED)
        other = make_system(category.system.organisation).categories[0]
        found_consortium(trio[0], other, "Ailleurs", ["pain_viennoiserie"], by=member_of(trio[0]), at=FORMED)


def test_the_database_keeps_one_live_group_to_a_lead_in_a_category(category, trio):
    first = make_consortium(category, trio)
    copy = {name: getattr(first, name) for name in ("organisation_id", "category_id", "lead_id", "founded_at", "founded_by", "offered")}
    twin = Supplier(name="G", kind="groupement", lead_id=trio[0].id, siret=trio[0].siret, created_at=FORMED)
    session.add(twin)
    session.flush()
    session.add(Consortium(**copy, supplier=twin))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("name", "offered", "field"), [(" ", ["traiteur_buffet"], "name"), ("N" * 151, ["traiteur_buffet"], "name"), ("N", [], "offered"),
                                   ("N", ["fromages"], "offered")],
)
def test_a_group_says_its_name_and_what_it_offers(category, trio, name, offered, field):
    refused = refusal(lambda: found_consortium(trio[0], category, name, offered, by=member_of(trio[0]), at=FORMED))
    assert [each.field for each in refused.refusals] == [field]


def test_a_group_does_not_lead_another(category, trio):
    with transaction():
        made = make_consortium(category, trio)
    refused = refusal(lambda: found_consortium(made.supplier, category, "N", ["traiteur_buffet"], by=member_of(trio[0]), at=FORMED))
    assert "Un groupement n’en conduit pas un autre" in str(refused)


def test_partners_that_cannot_be_invited_are_refused_with_what_to_do(category, trio):
    with transaction():
        made = make_consortium(category, trio)
    by = member_of(trio[0])
    for siret, words in (
        (trio[0].siret, "votre propre SIRET"),
        (trio[1].siret, "déjà dans le groupement"),
        ("00000002700027", "Aucune entreprise inscrite|clé de contrôle"),
        ("123", "14 chiffres"),
    ):
        refused = refusal(lambda siret=siret: invite_partner(made, siret, link=LINK, by=by, at=FORMED))
        assert [each.field for each in refused.refusals] == ["siret"]
        assert re.search(words, str(refused)), siret
    assert len(made.present) == 3


def test_a_stranger_neither_invites_nor_joins_nor_gives_up(category, trio):
    with transaction():
        made = make_consortium(category, trio[:1])
        member = invite_partner(made, trio[1].siret, link=LINK, by=member_of(trio[0]), at=FORMED)
    stranger = member_of(trio[2])
    for act in (
        lambda: invite_partner(made, trio[2].siret, link=LINK, by=stranger, at=FORMED),
        lambda: join_consortium(member, link=LINK, by=stranger, at=FORMED),
        lambda: join_consortium(member, link=LINK, by=member_of(trio[0]), at=FORMED),
        lambda: leave_consortium(member, "Non", by=stranger, at=FORMED),
        lambda: end_consortium(made, "Non", by=stranger, at=FORMED),
        lambda: end_consortium(made, "Non", by=member_of(trio[1]), at=FORMED),
    ):
        assert "Vous n’agissez pas pour" in str(refusal(act))


def test_an_invitation_is_answered_once_and_the_lead_is_told(category, trio):
    with transaction():
        made = make_consortium(category, trio)
    assert [letter.supplier_id for letter in letters("consortium_invited")] == [trio[1].id, trio[2].id]
    assert {letter.supplier_id for letter in letters("consortium_answered")} == {made.supplier.id}
    assert "déjà sa réponse" in str(refusal(lambda: join_consortium(made.members[1], link=LINK, by=member_of(trio[1]), at=FORMED)))


@pytest.mark.parametrize("state", [AdmissionState.SUSPENDED, AdmissionState.REMOVED])
def test_a_company_whose_admission_is_stopped_may_not_join(category, trio, buyer, state):
    with transaction():
        admission = make_admission(trio[1], category, buyer)
        admission.state = state
        made = make_consortium(category, trio[:1])
        member = invite_partner(made, trio[1].siret, link=LINK, by=member_of(trio[0]), at=FORMED)
    refused = refusal(lambda: join_consortium(member, link=LINK, by=member_of(trio[1]), at=FORMED))
    assert rules(refused) == ["ADM-10"]


def test_a_company_left_out_for_an_exclusion_may_not_join_and_one_refused_for_a_capacity_may(category, trio, buyer):
    decided = {"decided_at": FORMED, "decided_by": buyer.id}
    with transaction():
        made = make_consortium(category, trio[:1])
        for company, requirement in ((trio[1], "L2141-2"), (trio[2], "liability_insurance")):
            reasons = [{"requirement": requirement, "sentence": "Dit."}]
            make_application(company, category, ApplicationState.REFUSED, decision_reasons=reasons, **decided)
            invite_partner(made, company.siret, link=LINK, by=member_of(trio[0]), at=FORMED)
    assert rules(refusal(lambda: join_consortium(made.members[1], link=LINK, by=member_of(trio[1]), at=LATER))) == ["ADM-10"]
    with transaction():
        join_consortium(made.members[2], link=LINK, by=member_of(trio[2]), at=LATER)


def test_who_leaves_before_the_application_is_told_to_all_and_may_come_back(category, trio):
    with transaction():
        made = make_signed(category, trio)
        leave_consortium(made.members[2], "Plus de bière.", by=member_of(trio[2]), at=LATER)
    assert {letter.supplier_id for letter in letters("consortium_left")} == {each.id for each in trio}
    assert "boissons_alcool" not in made.supplier.families
    with transaction():
        invite_partner(made, trio[2].siret, link=LINK, by=member_of(trio[0]), at=LATER)
    assert len(made.present) == 3


def test_the_lead_takes_a_member_out_but_never_leaves_alone(category, trio):
    with transaction():
        made = make_consortium(category, trio)
        leave_consortium(made.members[2], "Sans réponse.", by=member_of(trio[0]), at=LATER)
    assert "mandataire ne part pas seul" in str(refusal(lambda: leave_consortium(made.members[0], "Stop", by=member_of(trio[0]), at=LATER)))
    assert "déjà plus" in str(refusal(lambda: leave_consortium(made.members[2], "Stop", by=member_of(trio[0]), at=LATER)))
    assert refusal(lambda: leave_consortium(made.members[1], " ", by=member_of(trio[1]), at=LATER)).refusals[0].field == "reason"


def test_once_the_application_is_gone_nobody_leaves_joins_or_ends(category, trio):
    newcomer = make_supplier()
    with transaction():
        made = make_signed(category, trio)
        application = apply_with(made)
    lead, other = member_of(trio[0]), member_of(trio[1])
    acts = (
        lambda: leave_consortium(made.members[1], "Je pars", by=other, at=LATER),
        lambda: leave_consortium(made.members[1], "Qu’il parte", by=lead, at=LATER),
        lambda: invite_partner(made, newcomer.siret, link=LINK, by=lead, at=LATER),
        lambda: end_consortium(made, "Fini", by=lead, at=LATER),
        lambda: write(made, ("40", "40", "20"), at=LATER),
        lambda: sign(made.members[1], at=LATER),
    )
    for act in acts:
        assert rules(refusal(act)) == ["ADM-11"]
    with transaction():
        withdraw_application(application, by=lead, at=LATER)
        leave_consortium(made.members[1], "Je pars", by=other, at=LATER)


def test_an_admitted_group_is_frozen_too(category, trio, buyer):
    with transaction():
        made = make_signed(category, trio)
        admit(apply_with(made), note="Preuves lues.", by=buyer, at=LATER)
    assert rules(refusal(lambda: leave_consortium(made.members[1], "Je pars", by=member_of(trio[1]), at=LATER))) == ["ADM-11"]


def test_a_group_given_up_drops_its_draft_and_leaves_its_lead_free(category, trio):
    with transaction():
        made = make_consortium(category, trio)
        draft = start_application(made.supplier, category, by=member_of(trio[0]), at=FORMED)
        end_consortium(made, "Pas prêts.", by=member_of(trio[0]), at=LATER)
        found_consortium(trio[0], category, "Encore", ["traiteur_buffet"], by=member_of(trio[0]), at=LATER)
    assert draft.state == ApplicationState.WITHDRAWN
    assert len(letters("consortium_ended")) == 3
    assert "n’existe plus" in str(refusal(lambda: invite_partner(made, make_supplier().siret, link=LINK, by=member_of(trio[0]), at=LATER)))


def test_a_consortium_applies_in_its_own_category_only(category, trio):
    with transaction():
        made = make_signed(category, trio)
    other = category.system.categories[0]
    assert rules(refusal(lambda: start_application(made.supplier, other, by=member_of(trio[0]), at=LATER))) == ["ADM-11"]


def test_the_last_person_of_a_lead_stays_while_its_group_waits(category, trio):
    with transaction():
        apply_with(make_signed(category, trio))
    assert "attend sa réponse" in str(refusal(lambda: leave_supplier(trio[0], by=member_of(trio[0]), at=LATER)))
    assert session.scalar(select(SupplierMember.left_at).where(SupplierMember.supplier_id == trio[0].id)) is None
