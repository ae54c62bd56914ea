"""The invariants of a live database: a sound one says nothing, and each planted violation is found by its own name."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, select, text, update

from sad import clock, spool
from sad.db import session, transaction
from sad.doctor.checkup import INVARIANTS, examine
from sad.doctor.findings import Site
from sad.models.admissions import AdmissionEvent, AdmissionState
from sad.models.awards import Award
from sad.models.destructions import Destruction
from sad.models.documents import Document
from sad.models.evaluations import RankedOffer
from sad.models.journal import JournalEntry, JournalHead, Occasion, PublishedHead
from sad.models.letters import Letter, LetterPaper
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import DepositAttempt, Offer, OfferFile, Receipt
from sad.models.openings import Opening
from sad.models.people import Role
from sad.storage import path_of
from sad.trust.sealing import new_key_pair
from tests.factories.mini_tenders import SENT, make_admitted
from tests.factories.people import make_person
from tests.factories.sound import STILL_SEALED, invited, make_sound
from tests.factories.tampering import tampered, unguarded


@pytest.fixture
def sound(database, settings) -> Site:
    return make_sound(settings.data_dir)


def found(site: Site) -> dict[str, int]:
    """How many findings each invariant has, those without any left out."""
    with clock.frozen(site.at):
        counts = {invariant.name: len(list(findings)) for invariant, findings in examine(site)}
    return {name: count for name, count in counts.items() if count}


def a_line_rewritten(_site: Site) -> None:
    with unguarded():
        session.execute(update(JournalEntry).where(JournalEntry.seq == 1).values(actor="person:7"))


def a_row_of_nobody(_site: Site) -> None:
    with transaction():
        head = session.get_one(JournalHead, 1)
        session.add(PublishedHead(seq=head.seq, hash=head.hash, at=SENT, occasion=Occasion.DAY, about="2026-11-24"))


def an_invitation_without_letter(_site: Site) -> None:
    with transaction():
        session.execute(delete(Letter).where(Letter.kind == "invitation", Letter.mini_tender_id == _awarded().id))


def a_result_without_letter(_site: Site) -> None:
    with transaction():
        lost = select(Letter.id).where(Letter.kind == "rejected").scalar_subquery()
        session.execute(delete(LetterPaper).where(LetterPaper.letter_id == lost))
        session.execute(delete(Letter).where(Letter.kind == "rejected"))


def a_deposit_without_letter(_site: Site) -> None:
    with transaction():
        one = session.scalars(select(Letter).where(Letter.kind == "offer_deposited").limit(1)).one()
        session.delete(one)


def a_deposit_lost(_site: Site) -> None:
    with transaction():
        lost = _last_offer()
        for model in (Receipt, DepositAttempt):
            session.execute(delete(model).where(model.offer_id == lost.id))
        session.execute(delete(Offer).where(Offer.id == lost.id))


def an_envelope_altered(_site: Site) -> None:
    with transaction():
        offer = _last_offer()
        offer.sealed = offer.sealed[:-1] + bytes([offer.sealed[-1] ^ 1])


def an_envelope_cut(_site: Site) -> None:
    with transaction():
        _last_offer().sealed = b""


def a_key_of_another(_site: Site) -> None:
    with tampered(MiniTender) as mini_tender:
        mini_tender.public_key = "age1" + "q" * 58


def a_key_shared_among_openers_who_left(site: Site) -> None:
    with transaction():
        mini_tender = _last_offer().mini_tender
        keys = new_key_pair(site.seal_key, f"mini_tender:{mini_tender.id}", {})
        mini_tender.public_key, mini_tender.wrapped_private_key, mini_tender.opener_keys = keys.public, keys.wrapped_private, []


def a_deadline_moved(_site: Site) -> None:
    with transaction():
        _last_offer().mini_tender.closes_at = STILL_SEALED - timedelta(days=30)


def a_deposit_after_the_opening(_site: Site) -> None:
    with unguarded():
        opening = session.scalars(select(Opening)).one()
        early = {"object": f"openings:{opening.id}", "action": "confirm_opening"}
        session.execute(update(JournalEntry).where(JournalEntry.seq == 1).values(**early))


def an_offer_read_early(_site: Site) -> None:
    with transaction():
        offer, other = _last_offer(), session.scalars(select(Offer).order_by(Offer.id)).first()
        offer.is_opened, offer.opened_at, offer.total, offer.content = True, SENT, other.total, other.content


def a_file_read_early(_site: Site) -> None:
    with transaction():
        session.add(OfferFile(offer_id=_last_offer().id, name="prix.pdf", media_type="application/pdf", size=1, body=b"1"))


def a_price_changed(_site: Site) -> None:
    with tampered(Offer) as offer:
        offer.content = {**offer.content, "prices": dict.fromkeys(offer.content["prices"], "1.00")}


def a_total_changed(_site: Site) -> None:
    with tampered(Offer) as offer:
        offer.total -= 1


def a_file_swapped(_site: Site) -> None:
    with tampered(OfferFile) as file:
        file.body = b"another"


def a_receipt_lost(_site: Site) -> None:
    with transaction():
        session.execute(delete(Receipt).where(Receipt.offer_id == _last_offer().id))


def a_receipt_moved(_site: Site) -> None:
    with transaction():
        one, other = session.scalars(select(Receipt).order_by(Receipt.id).limit(2)).all()
        one.sealed, other.sealed = other.sealed, one.sealed


def a_reception_put_forward(_site: Site) -> None:
    with transaction():
        _last_offer().received_at -= timedelta(microseconds=1)


def a_second_person_swapped(_site: Site) -> None:
    with tampered(Opening) as opening:
        opening.second_person = make_person(opening.mini_tender.organisation, Role.OPENER)


def a_tender_opened_by_nobody(_site: Site) -> None:
    with transaction():
        _last_offer().mini_tender.state = MiniTenderState.OPENED


def an_invitee_forgotten(_site: Site) -> None:
    with transaction():
        session.delete(session.scalars(invited(_awarded())).first())


def an_admitted_left_out(_site: Site) -> None:
    with transaction():
        mini_tender = _awarded()
        buyer = make_person(mini_tender.organisation, Role.BUYER)
        (late,) = make_admitted(mini_tender.category, 1, by=buyer)
        admission = session.execute(text("SELECT max(id) FROM admissions")).scalar_one()
        event = {"state": AdmissionState.ADMITTED, "decided_by": buyer.id, "decided_at": SENT - timedelta(days=1)}
        session.add(AdmissionEvent(admission_id=admission, **event))
        assert late.id


def a_point_changed(_site: Site) -> None:
    with tampered(RankedOffer) as place:
        place.total = "99.99"


def a_document_lost(site: Site) -> None:
    path_of(site.data_dir, _document().storage_key).unlink()


def a_document_altered(site: Site) -> None:
    path_of(site.data_dir, _document().storage_key).write_bytes(b"%PDF-1.4\nother")


def a_reception_left_outside(site: Site) -> None:
    spool.keep(site.data_dir, "0" * 32, b"{}")


def a_destruction_undone(_site: Site) -> None:
    """The papers come back with a backup, and the act that destroyed them is still told."""
    with transaction():
        mini_tender, people = _awarded(), [make_person().id for _ in range(2)]
        act = {"visa": "AD26-1", "asked_by": people[0], "approved_by": people[1], "destroyed_at": SENT}
        told = {"mini_tender_id": mini_tender.id, "remains": [], "counts": {}, "paper_keys": []}
        session.add(Destruction(organisation_id=mini_tender.organisation_id, **act, **told))


def a_document_of_nobody(site: Site) -> None:
    path = _stray(site)
    os.utime(path, (0, 0))


PLANTED: list[tuple[Callable[[Site], None], dict[str, int]]] = [
    (a_line_rewritten, {"journal": 1}),
    (a_row_of_nobody, {"lines": 1}),
    (an_invitation_without_letter, {"letters": 2}),
    (a_result_without_letter, {"letters": 1}),
    (a_deposit_without_letter, {"letters": 1}),
    (a_deposit_lost, {"deposits_kept": 1}),
    (an_envelope_altered, {"deposits_whole": 1}),
    (an_envelope_cut, {"deposits_whole": 1}),
    (a_key_of_another, {"keys": 1}),
    (a_key_shared_among_openers_who_left, {"openers": 1}),
    (a_deadline_moved, {"lateness": 2}),
    (a_deposit_after_the_opening, {"journal": 1, "lines": 1, "lateness": 2}),
    (an_offer_read_early, {"sealed": 1, "contents": 1}),
    (a_file_read_early, {"sealed": 1}),
    (a_price_changed, {"contents": 1}),
    (a_total_changed, {"contents": 1, "rankings": 1}),
    (a_file_swapped, {"contents": 1}),
    (a_receipt_lost, {"receipts": 1}),
    (a_receipt_moved, {"receipts": 2}),
    (a_reception_put_forward, {"receipts": 1}),
    (a_reception_left_outside, {"receptions": 1}),
    (a_second_person_swapped, {"openings": 1}),
    (a_tender_opened_by_nobody, {"openings": 1}),
    (an_invitee_forgotten, {"invitees": 1, "rankings": 1}),
    (an_admitted_left_out, {"invitees": 2, "lines": 2, "letters": 1}),
    (a_point_changed, {"rankings": 1}),
    (a_destruction_undone, {"destroyed": 1, "lines": 1}),
    (a_document_lost, {"papers": 1}),
    (a_document_altered, {"papers": 1}),
    (a_document_of_nobody, {"unknown_papers": 1}),
]


def test_a_sound_database_has_no_finding(sound):
    assert found(sound) == {}


@pytest.mark.parametrize("plant, expected", PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
def test_a_planted_violation_is_found_under_its_name(sound, plant, expected):
    plant(sound)
    assert found(sound) == expected


def test_every_invariant_has_its_violation():
    elsewhere = {"database", "assisted", "late_offers"}  # below, and in the files of their names
    assert {name for _, expected in PLANTED for name in expected} | elsewhere == {each.name for each in INVARIANTS}


def test_a_row_without_parent_is_found_in_a_sqlite_file(sound):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL refuse lui-même une telle ligne")
    raw = session.get_bind().raw_connection()
    raw.driver_connection.execute("PRAGMA foreign_keys=OFF")
    raw.driver_connection.execute("DELETE FROM admissions")
    raw.driver_connection.execute("DELETE FROM suppliers WHERE id = (SELECT max(supplier_id) FROM offers)")
    raw.driver_connection.execute("PRAGMA foreign_keys=ON")
    raw.close()
    counts = found(sound)
    assert counts["database"] > 0 and counts["rankings"] == 1, "an examination that fails is told, and the next ones are done"


@pytest.mark.own_database
def test_a_lateness_turned_once_the_constraint_is_taken_away_is_found(sound):
    offer = _last_offer().id
    session.remove()
    engine = session.get_bind()
    away = {
        "postgresql": "ALTER TABLE offers DROP CONSTRAINT ck_offers_late_agrees_with_deadline",
        "sqlite": "PRAGMA ignore_check_constraints=ON",
    }
    with engine.begin() as connection:
        connection.execute(text(away[engine.dialect.name]))
        connection.execute(text("UPDATE offers SET late = NOT late WHERE id = :id"), {"id": offer})
    engine.dispose()
    assert found(sound)["lateness"] == 1


def test_another_seal_key_is_said_once_for_each_consultation(sound):
    counts = found(Site(sound.data_dir, b"another-seal-key-0123456789-abcdefgh", sound.at))
    assert counts["keys"] == 2 and "contents" not in counts


def test_a_document_being_written_is_left_alone(sound):
    assert _stray(sound).exists() and found(sound) == {}


def test_what_others_write_during_the_examination_is_not_a_finding(sound):
    counts, other = {}, create_engine(session.get_bind().url)
    for invariant, findings in examine(sound):
        if not counts:
            with other.begin() as connection:
                connection.execute(text("DELETE FROM receipts"))
        counts[invariant.name] = len(list(findings))
    other.dispose()
    assert not any(counts.values()), counts
    assert found(sound) == {"receipts": 4}


def test_findings_say_what_to_do(sound):
    for plant, _ in PLANTED[:6]:
        plant(sound)
    findings = [each for _, all_of_it in examine(sound) for each in all_of_it]
    assert findings and all(each.about and each.message.endswith(".") and each.remedy.endswith(".") for each in findings)


def _awarded() -> MiniTender:
    return session.get_one(MiniTender, session.scalars(select(Award.mini_tender_id)).one())


def _last_offer() -> Offer:
    """One that is still sealed."""
    return session.scalars(select(Offer).order_by(Offer.id.desc()).limit(1)).one()


def _document() -> Document:
    return session.scalars(select(Document)).one()


def _stray(site: Site) -> Path:
    folder = site.data_dir / "documents" / "ab"
    folder.mkdir(parents=True)
    path = folder / "abcdef01-0000-4000-8000-000000000000"
    path.write_bytes(b"stray")
    return path
