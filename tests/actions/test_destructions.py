"""Destroying papers: never too early, never alone, never without the archives; then nothing is left, and the journal still verifies."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from sad import clock
from sad.actions.approvals import fingerprint_of
from sad.actions.destructions import dependents_of, destroy_papers
from sad.actions.journal import record
from sad.actions.journal_checks import verify_journal
from sad.actions.litigation import place_hold
from sad.actions.publications import invitees_of
from sad.actions.retention import destruction_faults, old_mini_tenders
from sad.actions.shared_acts import approve, ask_destruction, shown_to
from sad.db import session, transaction
from sad.doctor.findings import Site
from sad.domain.errors import Refused
from sad.jobs.destructions import take_papers_away
from sad.jobs.turn import Turn
from sad.models.approvals import Approval, ApprovalKind
from sad.models.awards import Award
from sad.models.destructions import DestroyedObject, Destruction
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter, LetterPaper
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer, Reception
from sad.models.people import Person, Role
from sad.models.systems import PurchasingSystem
from sad.storage import CheckedFile, path_of, put
from tests.factories.evaluations import EXAMINED
from tests.factories.left import everything, findings
from tests.factories.mini_tenders import HOME, SENT, SERVED
from tests.factories.people import make_person
from tests.factories.sound import make_sound
from tests.factories.suppliers import member_of

VISA = "AD26-2037-114"
LATE = datetime(2037, 6, 1, 9, 0, tzinfo=UTC)
SIGNED = "provisional receipt of 38.20 EUR"
CANARY = "Motif que personne ne doit relire, 41.17 EUR"


@pytest.fixture
def site(database, settings) -> Site:
    """An awarded consultation whose contract was notified, beside one still sealed; long after."""
    make_sound(settings.data_dir)
    with transaction():
        award = session.scalars(select(Award)).one()
        award.notified_at, award.mini_tender.state = EXAMINED + timedelta(hours=1), MiniTenderState.NOTIFIED
        record("notify_contract", award, by=None, at=award.notified_at, note=CANARY)
        session.execute(update(Letter).where(Letter.mini_tender_id == award.mini_tender_id).values(body=CANARY))
        session.execute(update(PurchasingSystem).values(valid_until=SERVED.date() + timedelta(days=30)))
        letter = session.scalars(select(Letter).where(Letter.kind == "award")).first()
        kept = put(settings.data_dir, CheckedFile("lettre.pdf", "application/pdf", CANARY.encode()), name="lettre")
        session.execute(
            update(LetterPaper)
            .where(LetterPaper.letter_id == letter.id)
            .values(storage_key=kept.key, size=kept.size, sha256=kept.sha256, made_at=EXAMINED, attempts=1, tried_at=EXAMINED)
        )
        session.add(request_about(session.scalars(select(Offer).where(Offer.mini_tender_id == award.mini_tender_id)).first()))
    return Site(settings.data_dir, settings.seal_key, LATE)


def request_about(offer: Offer) -> Approval:
    """What somebody asked for once about an offer, in its own words."""
    return Approval(
        organisation_id=offer.organisation_id,
        kind=ApprovalKind.LATE,
        object=f"offers:{offer.id}",
        title=CANARY,
        content={"reason": CANARY},
        shown_sha256="0" * 64,
        asker=make_person(offer.mini_tender.organisation, Role.BUYER),
        asked_at=EXAMINED,
        expires_at=EXAMINED + timedelta(days=1),
    )


def notified() -> MiniTender:
    return session.scalars(select(MiniTender).where(MiniTender.state == MiniTenderState.NOTIFIED)).one()


def two() -> tuple[Person, Person]:
    organisation = notified().organisation
    return make_person(organisation, Role.BUYER), make_person(organisation, Role.AWARD_AUTHORITY)


def destroy() -> Destruction:
    with transaction():
        first, second = two()
        asked = ask_destruction(notified(), VISA, home=HOME, by=first, at=LATE)
    with transaction():
        approve(asked, read_sha256=fingerprint_of(shown_to(asked)), link=HOME.__add__, by=second, at=LATE)
    return session.scalars(select(Destruction)).one()


def test_what_was_destroyed_is_nowhere_and_the_journal_still_verifies(site):
    mini_tender = notified()
    number, lines = mini_tender.id, session.scalar(select(JournalEntry.seq).order_by(JournalEntry.seq.desc()))
    sealed = session.scalars(select(Offer.sealed_sha256).where(Offer.mini_tender_id == number)).all()
    assert CANARY in everything() and len(sealed) == 2
    destruction = destroy()
    session.remove()
    whole = everything()
    assert CANARY not in whole and not [each for each in sealed if each in whole]
    assert dependents_of(session.get_one(MiniTender, number)) == {}
    report = verify_journal()
    assert report.is_sound and report.head.seq > lines
    bodies = set(session.scalars(select(JournalBody.seq)))
    told = {line.action for line in session.scalars(select(JournalEntry)) if line.seq not in bodies}
    assert {"publish_mini_tender", "submit_offer", "open_offers", "compute_ranking", "notify_contract"} <= told
    assert (destruction.visa, destruction.counts["offers"], destruction.approved_by != destruction.asked_by) == (VISA, 2, True)


def test_another_mini_tender_keeps_everything(site):
    other = session.scalars(select(MiniTender).where(MiniTender.state == MiniTenderState.PUBLISHED)).one()
    number, before = other.id, {name: len(found) for name, found in dependents_of(other).items()}
    destroy()
    session.remove()
    assert {name: len(found) for name, found in dependents_of(session.get_one(MiniTender, number)).items()} == before


def received(mini_tender: MiniTender, offer: Offer | None) -> int:
    """A deposit that came while the database was down, then taken in, or refused when there is no offer; its number."""
    supplier = offer.supplier if offer else invitees_of(mini_tender)[-1]
    reception = Reception(
        mini_tender_id=mini_tender.id,
        supplier_id=supplier.id,
        deposited_by=member_of(supplier).id,
        idempotency_key=f"panne-{mini_tender.id}-{offer.id if offer else 0}",
        draft_stamp="0" * 64,
        received_at=SENT,
        taken_in_at=EXAMINED,
        signed=SIGNED.encode(),
        offer_id=offer.id if offer else None,
        refused_because=None if offer else SIGNED,
    )
    session.add(reception)
    record("take_in_reception", reception, by=None, at=EXAMINED, is_sealed=True, signed=SIGNED, is_refused=offer is None)
    return reception.id


def test_a_deposit_received_while_the_database_was_down_goes_too_taken_in_or_refused_and_no_others(site):
    with transaction():
        gone, kept = notified(), session.scalars(select(MiniTender).where(MiniTender.state == MiniTenderState.PUBLISHED)).one()
        offer = session.scalars(select(Offer).where(Offer.mini_tender_id == gone.id).order_by(Offer.id)).first()
        lost = {received(gone, offer), received(gone, None)}
        left = received(kept, None)
    destruction = destroy()
    session.remove()
    assert session.scalars(select(Reception.id)).all() == [left]
    told = select(JournalEntry.object).join(JournalBody, JournalBody.seq == JournalEntry.seq)
    assert session.scalars(told.where(JournalEntry.action == "take_in_reception")).all() == [f"receptions:{left}"]
    assert everything().count(SIGNED) == 3, "the row that stays says it twice, and its line once"
    named = session.scalars(select(DestroyedObject.object).where(DestroyedObject.object.like("receptions:%"))).all()
    assert set(named) == {f"receptions:{number}" for number in lost}
    assert session.get_one(Destruction, destruction.id).counts["receptions"] == 2 and verify_journal().is_sound
    assert "destroyed" not in findings(site)
    with transaction():
        session.execute(update(Reception).values(mini_tender_id=session.scalars(select(Destruction.mini_tender_id)).one()))
    assert "receptions" in findings(site)["destroyed"][0]


def test_the_examination_knows_what_was_destroyed_and_finds_what_came_back(site, settings):
    wrong_before = set(findings(site))
    destruction = destroy()
    (key,) = destruction.paper_keys
    assert path_of(settings.data_dir, key).exists()
    with clock.frozen(LATE):
        assert take_papers_away(Turn(settings, LATE)) == 1 and take_papers_away(Turn(settings, LATE)) == 0
    assert not path_of(settings.data_dir, key).exists()
    assert set(findings(site)) <= wrong_before
    with transaction():
        gone = session.scalars(select(Destruction)).one()
        kept = session.scalars(select(MiniTender).where(MiniTender.id != gone.mini_tender_id)).first()
        session.execute(update(Offer).where(Offer.mini_tender_id == kept.id).values(mini_tender_id=gone.mini_tender_id))
    assert "destroyed" in findings(site)


def test_a_deposit_that_nobody_destroyed_is_still_missed(site):
    destroy()
    with transaction():
        session.execute(DestroyedObject.__table__.delete().where(DestroyedObject.object.like("offers:%")))
    assert "deposits_kept" in findings(site)


@pytest.mark.parametrize(
    ("at", "visa", "rules"),
    [
        (datetime(2036, 12, 16, 23, 0, tzinfo=UTC), VISA, {"ARC-02"}),
        (datetime(2031, 12, 1, tzinfo=UTC), VISA, {"ARC-01", "ARC-02"}),
        (LATE, " ", {"ARC-03"}),
    ],
)
def test_it_is_refused_too_early_and_without_the_visa(site, at, visa, rules):
    with pytest.raises(Refused) as refused, transaction():
        first, second = two()
        destroy_papers(notified(), visa, asked_by=first, by=second, at=at)
    assert {one.rule for one in refused.value.refusals} == rules
    with pytest.raises(Refused), transaction():
        ask_destruction(notified(), visa, home=HOME, by=two()[0], at=at)
    assert session.scalar(select(Destruction)) is None


def test_a_court_action_freezes_it_even_once_asked(site):
    with transaction():
        first, second = two()
        asked = ask_destruction(notified(), VISA, home=HOME, by=first, at=LATE)
        place_hold(notified(), "Tribunal administratif de Grenoble, 2703114.", by=first, at=LATE)
    with pytest.raises(Refused, match="a changé"), transaction():
        approve(asked, read_sha256=asked.shown_sha256, link=HOME.__add__, by=second, at=LATE)
    with pytest.raises(Refused, match="recours"), transaction():
        destroy_papers(notified(), VISA, asked_by=first, by=second, at=LATE)


def test_one_person_never_destroys(site):
    with pytest.raises(Refused, match="une autre personne"), transaction():
        first, _ = two()
        destroy_papers(notified(), VISA, asked_by=first, by=first, at=LATE)


def test_what_was_destroyed_is_proposed_no_more_and_not_destroyed_twice(site):
    mini_tender = notified()
    organisation = mini_tender.organisation
    assert [each.id for each in session.scalars(old_mini_tenders(organisation, LATE))] == [mini_tender.id]
    assert list(session.scalars(old_mini_tenders(organisation, datetime(2031, 11, 1, tzinfo=UTC)))) == []
    destroy()
    assert list(session.scalars(old_mini_tenders(organisation, LATE))) == []
    assert [fault.rule for fault in destruction_faults(session.get_one(MiniTender, mini_tender.id), LATE)] == ["ARC-03"]
