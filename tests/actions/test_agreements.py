"""The agreement: written by the lead, signed on the exact text, carried by the application."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sad import db
from sad.actions.admissions import admit
from sad.actions.agreements import has_signed, sign_agreement, write_terms
from sad.actions.applications import start_application, submit_application
from sad.actions.suppliers import Profile, update_profile
from sad.actions.vault import usable_certificates
from sad.db import session, transaction
from sad.domain.consortiums import Liability, Payment
from sad.domain.errors import Refused
from sad.letters.consortiums import agreement, fingerprint, shared_amounts
from sad.models.admissions import AdmissionState
from sad.models.consortiums import Consortium, ConsortiumMember
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.people import Role
from tests.factories.admissions import make_admission
from tests.factories.consortiums import (
    FORMED,
    LINK,
    apply_with,
    make_consortium,
    make_signed,
    sign,
    terms_of,
    write,
)
from tests.factories.documents import make_certificate
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.factories.systems import make_system

LATER = datetime(2026, 2, 9, 9, 0, tzinfo=UTC)
PROVED = "liability_insurance"


@pytest.fixture
def consortium(database) -> Consortium:
    made = make_consortium(make_system().categories[1])
    session.commit()
    return made


@pytest.fixture
def signed(database) -> Consortium:
    made = make_signed(make_system().categories[1])
    session.commit()
    return made


def refusal(act) -> Refused:
    with pytest.raises(Refused) as refused, transaction():
        act()
    return refused.value


def letters(kind: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == kind)))


@pytest.mark.parametrize(
    ("shares", "place"), [(("50", "30", "19.99"), 0), (("50", "30", ""), 2), (("80", "30", "20"), 0)]
)
def test_shares_that_do_not_make_a_whole_are_refused_and_nothing_changes(consortium, shares, place):
    refused = refusal(lambda: write(consortium, shares))
    assert [(each.rule, each.field) for each in refused.refusals] == [("ADM-11", f"share_{consortium.parties[place].supplier_id}")]
    session.refresh(consortium)
    assert ({each.share for each in consortium.parties}, consortium.revision) == ({None}, 3)


def test_terms_are_written_by_the_lead_with_every_fault_at_once(consortium):
    empty = {each.supplier_id: ("", None) for each in consortium.parties}
    terms = terms_of(consortium, on_default=" ", parts=empty)
    refused = refusal(lambda: write_terms(consortium, terms, revision=3, link=LINK, by=member_of(consortium.lead), at=FORMED))
    fields = [f"{kind}_{each.supplier_id}" for each in consortium.parties for kind in ("task", "share")]
    assert [each.field for each in refused.refusals] == [*fields, "on_default"]
    other = member_of(consortium.parties[1].supplier)
    stranger = refusal(lambda: write_terms(consortium, terms_of(consortium), revision=3, link=LINK, by=other, at=FORMED))
    assert "n’agissez pas" in str(stranger)


def test_two_people_who_edit_the_shares_at_once_do_not_overwrite_each_other(consortium):
    shown = consortium.revision
    with transaction():
        write(consortium)
    second = terms_of(consortium, ("40", "40", "20"))
    refused = refusal(lambda: write_terms(consortium, second, revision=shown, link=LINK, by=member_of(consortium.lead), at=FORMED))
    assert "une autre personne" in str(refused)
    assert [each.share for each in consortium.parties] == [Decimal(50), Decimal(30), Decimal(20)]


def test_two_writers_in_the_same_second_do_not_both_win(consortium, settings):
    """Each in its own connection: one writes, the other is told."""
    number, shown, results = consortium.id, consortium.revision, []
    barrier = threading.Barrier(2)

    def edit(shares: tuple[str, ...]) -> None:
        barrier.wait()
        try:
            with transaction():
                found = session.get(Consortium, number)
                terms = terms_of(found, shares)
                write_terms(found, terms, revision=shown, link=LINK, by=member_of(found.lead), at=FORMED)
            results.append("written")
        except Refused:
            results.append("told")
        finally:
            db.session.remove()

    threads = [threading.Thread(target=edit, args=(shares,)) for shares in (("50", "30", "20"), ("20", "30", "50"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["told", "written"]


def test_everybody_is_called_to_sign_once_the_text_is_complete(consortium):
    with transaction():
        write(consortium)
    assert {letter.supplier_id for letter in letters("consortium_to_sign")} == {each.supplier_id for each in consortium.parties}


def test_the_text_says_who_what_how_much_and_what_if(signed):
    text = agreement(signed).body.replace("50\u00a0%", "50 %")
    for words in ("Chèvrerie : 50 % du prix hors taxe, fromages", "mandataire solidaire", "Les autres livrent à sa place, à ses frais.",
                  "chaque entreprise sur son propre compte", "R2142-26", "L2141-13", "le permettent"):
        assert words in text, words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"form": Liability.JOINT}, "et seulement sur elle"),
        ({"form": Liability.SOLIDARY}, "sur la totalité du marché"),
        ({"payment": Payment.LEAD}, "reverse à chaque entreprise sa part"),
    ],
)
def test_each_form_and_payment_has_its_words(consortium, values, words):
    with transaction():
        write(consortium, **values)
    assert words in agreement(consortium).body


def test_the_text_follows_what_the_documents_say_of_double_bids(signed):
    before = fingerprint(agreement(signed))
    signed.category.system.forbids_double_bidding = True
    assert "l’interdisent" in agreement(signed).body
    assert fingerprint(agreement(signed)) != before


def test_a_signature_is_on_the_text_that_was_shown(consortium):
    with transaction():
        write(consortium)
    shown = fingerprint(agreement(consortium))
    member = consortium.parties[1]
    with transaction():
        write(consortium, ("40", "40", "20"))
    refused = refusal(lambda: sign(member, shown=shown))
    assert "a changé depuis que vous l’avez lu" in str(refused)
    with transaction():
        sign(member)
    entry = session.scalars(select(JournalEntry).where(JournalEntry.action == "sign_agreement")).one()
    body = session.get(JournalBody, entry.seq).body
    assert body == {"supplier": member.supplier_id, "sha256": fingerprint(agreement(consortium))}


def test_a_stranger_does_not_sign_for_a_member(consortium):
    with transaction():
        write(consortium)
    for person in (member_of(consortium.lead), make_person()):
        session.commit()
        refused = refusal(lambda person=person: sign(consortium.parties[1], by=person))
        assert "Vous n’agissez pas pour Fournil" in str(refused)


def test_an_incomplete_text_or_one_without_oath_is_not_signed(consortium):
    refused = refusal(lambda: sign(consortium.parties[1], is_sworn=False))
    assert [each.field for each in refused.refusals] == [None, "is_sworn"]
    assert "pas complète" in str(refused)


@pytest.mark.parametrize("change", ["shares", "payment", "name"])
def test_any_change_of_the_text_voids_the_signatures(signed, change):
    assert all(has_signed(each) for each in signed.parties)
    with transaction():
        if change == "shares":
            write(signed, ("40", "40", "20"))
        elif change == "payment":
            write(signed, payment=Payment.LEAD)
        else:
            baker = signed.parties[1].supplier
            profile = Profile(name="Fournil neuf", kind=baker.kind, commune="Die", postcode="26150", families=tuple(baker.families))
            update_profile(baker, profile, by=member_of(baker), at=LATER)
    assert not any(has_signed(each) for each in signed.parties)


def test_a_group_that_is_not_signed_by_all_does_not_apply(consortium):
    with transaction():
        write(consortium)
        sign(consortium.parties[0])
        sign(consortium.parties[1])
    refused = refusal(lambda: apply_with(consortium))
    assert "Brasserie n’a pas signé" in str(refused)
    assert {each.rule for each in refused.refusals} == {"ADM-11"}


def test_every_reason_not_to_apply_is_said_at_once(consortium):
    lead = member_of(consortium.lead)
    with transaction():
        application = start_application(consortium.supplier, consortium.category, by=lead, at=FORMED)
    refused = refusal(lambda: submit_application(application, is_sworn=False, by=lead, at=FORMED))
    fields = [each.field for each in refused.refusals]
    assert {"is_sworn", PROVED, f"share_{consortium.lead_id}", "on_default"} <= set(fields)


def test_the_application_carries_the_text_the_parts_and_each_members_proofs(consortium):
    with transaction():
        for company in (each.supplier for each in consortium.parties):
            make_certificate(company, kind=PROVED, expires_on=date(2027, 1, 1))
        write(consortium)
        for member in consortium.parties[:2]:
            sign(member)
        usable = {each.supplier_id for each in usable_certificates(consortium.supplier)}
        assert usable == {each.supplier_id for each in consortium.parties[:2]}
        sign(consortium.parties[2])
        application = apply_with(consortium)
    assert {each.document.supplier_id for each in application.documents} == {each.supplier_id for each in consortium.parties}
    assert all(each.sworn_statement for each in consortium.parties)
    assert consortium.agreement_sha256 == fingerprint(agreement(consortium))
    assert [(part.name, part.share, part.is_lead) for part in consortium.parts_in_force] == [
        ("Chèvrerie", Decimal(50), True), ("Fournil", Decimal(30), False), ("Brasserie", Decimal(20), False)
    ]
    body = session.scalars(select(JournalBody).order_by(JournalBody.seq.desc())).first().body
    assert body["agreement"] == consortium.agreement_sha256


def test_a_member_stopped_after_it_signed_keeps_the_group_from_applying(signed):
    with transaction():
        buyer = make_person(signed.category.system.organisation, Role.BUYER)
        make_admission(signed.parties[1].supplier, signed.category, buyer).state = AdmissionState.SUSPENDED
    assert [each.rule for each in refusal(lambda: apply_with(signed)).refusals] == ["ADM-10"]


def test_the_capacity_of_one_is_enough_for_the_group(signed):
    """R2142-25: the proof of a single member makes the application admissible."""
    with transaction():
        make_certificate(signed.parties[2].supplier, kind=PROVED, expires_on=date(2027, 1, 1))
        buyer = make_person(signed.category.system.organisation, Role.BUYER)
        assert admit(apply_with(signed), by=buyer, at=LATER).state == "admitted"


def test_an_amount_is_shared_by_the_agreement_in_force(signed):
    with transaction():
        apply_with(signed)
    assert [str(amount) for _, amount in shared_amounts(signed, Decimal("100.01"))] == ["50.01", "30.00", "20.00"]


@pytest.mark.parametrize(
    "values",
    [{"share": Decimal(0)}, {"share": Decimal("100.01")}, {"signed_at": FORMED}, {"left_at": FORMED}, {"accepted_at": None}],
)
def test_the_database_refuses_what_the_rules_refuse(signed, values):
    member = session.get(ConsortiumMember, signed.parties[1].id)
    for name, value in {**({"signed_by": None} if "signed_at" in values else {}), **values}.items():
        setattr(member, name, value)
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_signing_twice_keeps_the_last_signature(signed):
    with transaction():
        sign_agreement(
            signed.parties[0], shown=fingerprint(agreement(signed)), is_sworn=True, by=member_of(signed.lead), at=LATER
        )
    assert signed.parties[0].signed_at == LATER


