"""The last button pressed while the database is down: received on disk with its hour, acknowledged in plain words, registered once."""

import contextlib
import html
import json
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from sad import clock, spool
from sad.actions.offer_drafts import draft_of, save_offer_draft
from sad.actions.publications import invitees_of
from sad.actions.receipt_keys import published_keys, rotate_receipt_key
from sad.db import session, transaction
from sad.doctor.checkup import examine
from sad.doctor.findings import Site
from sad.jobs.receptions import LeftWaiting, take_in_receptions
from sad.jobs.turn import Turn
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt, Offer, OfferDraft, Reception
from sad.models.suppliers import Supplier, SupplierMember
from sad.trust.canonical import canonical_json
from sad.trust.receipt_check import FORMAT, RECEPTION, check_receipt, read_keys
from tests.campaigns.kept import check_deposit, check_journal
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, make_published
from tests.factories.offers import PDF, make_opener, offered
from tests.factories.outages import database_down
from tests.factories.suppliers import member_of
from tests.web.test_login import sign_in
from tests.web.test_shell import check

AT = CLOSES - timedelta(seconds=20)
BACK = CLOSES + timedelta(minutes=10)


class Depositor:
    """A supplier before the last button of its offer; `filled` is what the page would send."""

    def __init__(self, app, client, numbers):
        self.app, self.client, self.numbers = app, client, numbers
        self.filled = self.page()

    @property
    def pair(self):
        return session.get_one(MiniTender, self.numbers[0]), session.get_one(Supplier, self.numbers[1])

    @property
    def address(self):
        return f"/fournisseur/consultations/{self.numbers[0]}/offre/verifier"

    def page(self):
        page = self.client.get(self.address).text
        session.remove()
        return {name: html.unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]) for name in ("key", "stamp", "shown")}

    def send(self, **changed):
        return self.client.post(self.address, data={**self.filled, **changed})

    def take_in(self, at=BACK):
        with clock.frozen(at):
            try:
                return take_in_receptions(Turn(self.app.settings, at))
            finally:
                session.remove()

    def offers(self):
        session.rollback()
        return list(session.scalars(select(Offer).order_by(Offer.id)))


@pytest.fixture
def depositor(app, client):
    with transaction():
        need = make_published(suppliers=2)
        supplier = invitees_of(need)[0]
        save_offer_draft(need, supplier, offered(need, supplier), [PDF], stamp="", seal_key=SEAL_KEY, by=member_of(supplier), at=AT)
        numbers, person = (need.id, supplier.id), member_of(supplier)
    with clock.frozen(AT):
        sign_in(client, person)
        yield Depositor(app, client, numbers)


def waiting(app) -> list[str]:
    return spool.waiting(app.settings.data_dir)


def count(model) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


def test_a_deposit_is_received_with_its_hour_and_said_not_to_be_registered_yet(depositor, app):
    with database_down(app):
        answer = depositor.send()
    assert answer.status_code == 202
    check(answer.text)
    for said in ("Reçue, pas encore enregistrée", "11\xa0h\xa059\xa0min\xa040\xa0s", "Votre accusé provisoire", "rien à renvoyer"):
        assert said in answer.text, said
    assert waiting(app) == [depositor.filled["key"]]
    assert depositor.offers() == [] and count(DepositAttempt) == 0


def test_it_is_registered_at_the_hour_of_its_reception_though_the_time_is_over_by_then(depositor, app):
    with database_down(app):
        depositor.send()
    assert depositor.take_in() == 1
    [offer] = depositor.offers()
    assert (offer.received_at, offer.late, offer.idempotency_key) == (AT, False, depositor.filled["key"])
    assert [file.name for file in check_deposit(offer).files] == [PDF.name]
    assert (count(OfferDraft), count(DepositAttempt), waiting(app)) == (0, 1, [])
    told = select(Letter.kind).where(Letter.supplier_id == offer.supplier_id, Letter.kind.like("offer%"))
    assert session.scalars(told).all() == ["offer_deposited"]
    check_journal()


def test_what_came_a_microsecond_after_the_deadline_is_late(depositor, app):
    with clock.frozen(CLOSES + timedelta(microseconds=1)), database_down(app):
        assert "arrivé après l’heure" in depositor.send().text
    depositor.take_in()
    assert [offer.late for offer in depositor.offers()] == [True]


def test_sent_many_times_and_taken_in_twice_it_is_one_offer_with_the_hour_of_the_first(depositor, app):
    with database_down(app):
        depositor.send()
        kept = spool.read(app.settings.data_dir, depositor.filled["key"])
        with clock.frozen(AT + timedelta(seconds=9)):
            assert "59\xa0min\xa040\xa0s" in depositor.send().text
    depositor.take_in()
    spool.keep(app.settings.data_dir, depositor.filled["key"], kept)
    depositor.take_in()
    assert [offer.received_at for offer in depositor.offers()] == [AT]
    assert (count(Reception), count(DepositAttempt), waiting(app)) == (1, 1, [])


def test_the_provisional_receipt_is_a_file_that_the_published_keys_verify_and_no_receipt(depositor, app):
    with database_down(app):
        depositor.send()
        file = depositor.send(as_file="1")
    keys = read_keys(canonical_json(published_keys()))
    said = check_receipt(file.data, keys, formats=(FORMAT, RECEPTION))
    assert (said["received_at"], said["late"], said["draft_stamp"]) == ("2026-12-07T10:59:40.000000Z", False, depositor.filled["stamp"])
    assert "accuse-provisoire-" in file.headers["Content-Disposition"]
    with pytest.raises(Exception, match="n’est pas un accusé"):
        check_receipt(file.data, keys)


def test_the_last_button_pressed_again_once_the_database_is_back_leads_to_the_receipt(depositor, app):
    with database_down(app):
        depositor.send()
    answer = depositor.send()
    [offer] = depositor.offers()
    assert answer.location == f"/fournisseur/consultations/offres/{offer.id}/accuse-de-reception"
    assert waiting(app) == []


def test_a_draft_cannot_change_before_what_was_received_is_in(depositor, app):
    with database_down(app):
        depositor.send()
    depositor.client.get(f"/fournisseur/consultations/{depositor.numbers[0]}/offre")
    assert len(depositor.offers()) == 1 and count(OfferDraft) == 0


@pytest.mark.parametrize(
    "changed", [{"shown": ""}, {"shown": "e30="}, {"shown": "é"}, {"key": "0" * 32}, {"stamp": "0" * 64}], ids=str
)
def test_what_nothing_vouches_for_is_not_received(depositor, app, changed):
    with database_down(app):
        answer = depositor.send(**changed)
    assert (answer.status_code, waiting(app)) == (503, [])
    assert "Rien n’est enregistré" in answer.text


def test_a_page_shown_to_another_session_is_worth_nothing_in_this_one(depositor, app):
    supplier = depositor.pair[1]
    client = app.test_client()
    sign_in(client, member_of(supplier))
    with database_down(app):
        assert client.post(depositor.address, data=depositor.filled).status_code == 503
        assert app.test_client().post(depositor.address, data=depositor.filled).location == "/connexion"
    assert waiting(app) == []


def test_two_windows_on_the_same_draft_make_one_offer_at_the_first_hour(depositor, app):
    other = depositor.page()
    with database_down(app):
        depositor.send()
        with clock.frozen(CLOSES + timedelta(seconds=5)):
            depositor.send(**other)
    assert depositor.take_in() == 2
    [offer] = depositor.offers()
    assert (offer.received_at, offer.late) == (AT, False)
    assert session.scalars(select(Reception.offer_id)).all() == [offer.id] * 2, "neither is said to be refused"


def test_a_draft_changed_by_a_colleague_is_not_deposited_and_the_supplier_is_told_why(depositor, app):
    with database_down(app):
        depositor.send()
    need, supplier = depositor.pair
    with transaction():
        draft = draft_of(need, supplier)
        stamp, by = depositor.filled["stamp"], member_of(supplier)
        assert draft is not None
        save_offer_draft(need, supplier, offered(need, supplier, note="x"), [], stamp=stamp, seal_key=SEAL_KEY, by=by, at=AT)
    depositor.take_in()
    assert depositor.offers() == [] and waiting(app) == []
    assert "n’est plus celui qui est gardé" in session.scalar(select(Reception.refused_because))
    [letter] = session.scalars(select(Letter).where(Letter.kind == "offer_not_registered"))
    assert "Votre envoi n’est pas devenu une offre" in letter.subject and "11\xa0h\xa059\xa0min\xa040\xa0s" in letter.body
    check_journal()


def test_who_had_left_the_company_deposits_nothing_for_it(depositor, app):
    with database_down(app):
        depositor.send()
    with transaction():
        for member in session.scalars(select(SupplierMember).where(SupplierMember.supplier_id == depositor.numbers[1])):
            member.left_at = AT - timedelta(seconds=1)
    depositor.take_in()
    assert depositor.offers() == [] and "n’agissait plus" in session.scalar(select(Reception.refused_because))


def test_the_kept_draft_stays_when_the_box_was_ticked(depositor, app):
    with database_down(app):
        depositor.send(keep="y")
    depositor.take_in()
    assert (len(depositor.offers()), count(OfferDraft)) == (1, 1)


def test_a_key_changed_since_still_vouches_for_what_it_signed(depositor, app):
    with transaction():
        rotate_receipt_key(seal_key=SEAL_KEY, by=None, at=AT)
    with database_down(app):
        assert depositor.send().status_code == 202
    assert depositor.take_in() == 1


def test_a_reception_altered_by_one_bit_stays_outside_and_is_told(depositor, app):
    with database_down(app):
        depositor.send()
    path = Path(app.settings.data_dir) / "spool" / f"{depositor.filled['key']}.json"
    path.write_bytes(path.read_bytes().replace(b'"late":false', b'"late":true'))
    with pytest.raises(LeftWaiting, match=depositor.filled["key"]):
        depositor.take_in()
    assert depositor.offers() == [] and len(waiting(app)) == 1


def test_nothing_is_opened_while_a_reception_waits(depositor, app):
    (Path(app.settings.data_dir) / "spool").mkdir(exist_ok=True)
    (Path(app.settings.data_dir) / "spool" / "unreadable.json").write_bytes(b"{}")
    with transaction():
        opener = make_opener(depositor.pair[0])
    client = app.test_client()
    with clock.frozen(BACK):
        sign_in(client, opener)
        answer = client.post(f"/achats/consultations/{depositor.numbers[0]}/ouverture/demander", data={"has_conflict": "no"})
    assert answer.status_code == 422 and "ne sont pas encore enregistrés" in answer.text


def test_the_examination_finds_what_waits_outside_the_database(depositor, app):
    with database_down(app):
        depositor.send()
    session.remove()
    site = Site(app.settings.data_dir, SEAL_KEY, BACK)
    found = {invariant.name: [each.message for each in findings] for invariant, findings in examine(site)}
    assert len(found["receptions"]) == 1 and "attend hors de la base" in found["receptions"][0]


def test_any_other_page_says_to_come_back_and_what_was_typed_goes_with_it(depositor, app):
    typed = {"note": "Pains au levain,\r\ncuits le matin", "stamp": depositor.filled["stamp"], "next": "check"}
    with database_down(app):
        answer = depositor.client.post(f"/fournisseur/consultations/{depositor.numbers[0]}/offre", data=typed)
        read = depositor.client.get(f"/fournisseur/consultations/{depositor.numbers[0]}")
    assert (answer.status_code, answer.headers["Retry-After"], read.status_code) == (503, "30", 503)
    assert "Content-Security-Policy" in answer.headers
    check(answer.text)
    assert "Envoyer de nouveau" in answer.text and 'name="note" value="Pains au levain,\r\ncuits le matin"' in answer.text
    assert "Envoyer de nouveau" not in read.text
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    assert again == typed


def test_a_password_is_never_written_back_into_the_page_of_a_breakdown(app, client, database):
    with database_down(app):
        answer = client.post("/connexion", data={"email": "a@b.example", "password": "cinq pommes dans la brouette"})
    assert answer.status_code == 503 and "brouette" not in answer.text


def test_a_disk_that_refuses_as_well_acknowledges_nothing(depositor, app, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool, "write_beside", full)
    with database_down(app):
        answer = depositor.send()
    assert (answer.status_code, waiting(app)) == (503, [])
    check(answer.text)
    assert "Votre offre n’est pas déposée" in answer.text and "ni la base de données ni le disque" in answer.text


def test_the_hour_is_that_of_the_last_byte_not_that_of_a_database_that_was_long_to_refuse(depositor, app, monkeypatch):
    hours = iter([AT, AT, *[AT + timedelta(seconds=15)] * 50])
    with database_down(app):
        monkeypatch.setattr(clock, "now", lambda: next(hours))
        depositor.send()
    [name] = waiting(app)
    assert json.loads(spool.read(app.settings.data_dir, name))["received_at"] == "2026-12-07T10:59:40.000000Z"


@pytest.mark.own_database
@pytest.mark.parametrize("harm", ["locked", "garbage"])
def test_a_file_of_sqlite_that_is_held_or_damaged_is_a_database_that_is_away(depositor, app, harm):
    if app.engine.dialect.name != "sqlite":
        pytest.skip("the file is of SQLite")
    session.remove()
    path = app.engine.url.database
    with app.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    before = Path(path).read_bytes()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        if harm == "locked":
            other.execute("BEGIN IMMEDIATE")
        else:
            app.engine.dispose()
            Path(path).write_bytes(b"not a database at all" * 999)
        assert depositor.send().status_code == 202
    session.remove()
    app.engine.dispose()
    Path(path).write_bytes(before)
    assert depositor.take_in() == 1 and len(depositor.offers()) == 1


def test_each_reception_has_its_line_in_the_journal(depositor, app):
    with database_down(app):
        depositor.send()
    depositor.take_in()
    assert session.scalars(select(JournalEntry.action).order_by(JournalEntry.seq.desc()).limit(1)).all() == ["take_in_reception"]
