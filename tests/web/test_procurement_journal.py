"""The journal for whoever audits: its own organisation's, found by object, act, person and date, each line opened."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from sad.actions.attempts import attempt_deposit, refuse_attempt
from sad.actions.job_runs import note_run
from sad.actions.journal import record
from sad.actions.offer_drafts import discard_offer_draft, save_offer_draft
from sad.actions.offers import withdraw_offer
from sad.actions.publications import invitees_of
from sad.actions.staged_uploads import add_chunk, begin_upload, discard_uploads
from sad.db import session, transaction
from sad.domain.errors import Refusal
from sad.models.journal import JournalBody, JournalEntry
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt, OfferDraft
from sad.models.people import Role
from sad.models.uploads import StagedUpload
from tests.factories.mini_tenders import SEAL_KEY, SENT, make_published
from tests.factories.offers import IN_TIME, LINK, PDF, make_deposit, offered
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.suppliers import member_of
from tests.factories.tampering import unguarded
from tests.web.test_login import sign_in
from tests.web.test_shell import check

JOURNAL = "/achats/journal"


@pytest.fixture
def lines(database, client) -> dict[str, int]:
    """Five lines, by what they are for; an auditor is signed in."""
    with transaction():
        here, other = make_organisation(), make_organisation()
        auditor, buyer = make_person(here, Role.AUDITOR, name="Paule Audit"), make_person(here, Role.BUYER, name="Claire 100 % Bio")
        made = {
            "written": record("note_thing", here, by=buyer, at=SENT, organisation_id=here.id, word="<b>é</b>"),
            "later": record("note_thing", here, by=None, at=SENT + timedelta(days=3), organisation_id=here.id),
            "mark": record("give_own_mark", here, by=buyer, at=SENT, organisation_id=here.id, value="7.25"),
            "sealed": record("submit_offer", here, by=None, at=SENT, is_sealed=True),
            "foreign": record("note_thing", other, by=None, at=SENT, organisation_id=other.id),
        }
        numbers = {name: entry.seq for name, entry in made.items()}
    sign_in(client, auditor)
    return numbers


def listed(client, lines, **search) -> set[str]:
    page = client.get(JOURNAL, query_string=search).text
    check(page)
    return {name for name, seq in lines.items() if f'href="{JOURNAL}/{seq}"' in page}


def test_the_lines_of_the_organisation_are_listed_and_neither_anothers_nor_those_of_sealed_offers(client, lines):
    assert listed(client, lines) == {"written", "later", "mark"}
    assert [client.get(f"{JOURNAL}/{lines[name]}").status_code for name in ("sealed", "foreign", "written")] == [404, 404, 200]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"personne": "claire"}, {"written", "mark"}),
        ({"personne": "100 %"}, {"written", "mark"}),
        ({"personne": "%"}, {"written", "mark"}),
        ({"personne": "system"}, {"later"}),
        ({"personne": "Le logiciel"}, {"later"}),
        ({"personne": "Nobody"}, set()),
        ({"acte": "give_own_mark"}, {"mark"}),
        ({"acte": "note_thing", "personne": "system"}, {"later"}),
        ({"acte": "propre NOTE"}, {"mark"}),
        ({"acte": "%"}, set()),
        ({"objet": "organisations:1"}, {"written", "later", "mark"}),
        ({"objet": "Collectivité 1"}, {"written", "later", "mark"}),
        ({"objet": "collectivité 2"}, set()),
        ({"objet": "consultation 1"}, set()),
        ({"objet": "organisations:2"}, set()),
        ({"du": SENT.date().isoformat(), "au": SENT.date().isoformat()}, {"written", "mark"}),
        ({"du": (SENT + timedelta(days=1)).date().isoformat()}, {"later"}),
        ({"au": (SENT - timedelta(days=1)).date().isoformat()}, set()),
        ({"du": "2027-12-31"}, set()),
        ({"du": "n’importe quoi"}, {"written", "later", "mark"}),
    ],
)
def test_lines_are_found_by_person_act_object_and_date(client, lines, search, found):
    assert listed(client, lines, **search) == found


@pytest.mark.parametrize("search", [{"du": "32/13/2026"}, {"au": "0001-01-01"}, {"au": "9999-12-31"}, {"apres": "x"}, {"apres": "9" * 30}])
def test_what_cannot_be_read_breaks_nothing(client, lines, search):
    assert client.get(JOURNAL, query_string=search).status_code in (200, 404)


def test_a_line_opens_on_all_that_it_says_and_on_what_holds_it(client, lines):
    page = client.get(f"{JOURNAL}/{lines['written']}").text
    check(page)
    entry = session.get(JournalEntry, lines["written"])
    for said in ("&lt;b&gt;é&lt;/b&gt;", "Claire 100 % Bio", entry.hash, entry.prev_hash, entry.body_commit, "Telle qu’elle a été écrite"):
        assert said in page, said


def test_what_nobody_reads_before_all_have_marked_is_not_read_here(client, lines):
    page = client.get(f"{JOURNAL}/{lines['mark']}").text
    assert "7.25" not in page and "Gardé à part" in page


def test_an_erased_detail_is_said_to_be_erased_and_the_line_is_sound(client, lines):
    with transaction():
        session.delete(session.get(JournalBody, lines["written"]))
    page = client.get(f"{JOURNAL}/{lines['written']}").text
    assert "Effacé." in page and "Telle qu’elle a été écrite" in page


def test_a_line_that_was_tampered_with_is_denounced(client, lines):
    with unguarded():
        session.execute(update(JournalEntry).where(JournalEntry.seq == lines["written"]).values(action="other"))
    page = client.get(f"{JOURNAL}/{lines['written']}").text
    check(page)
    assert "n’est plus telle qu’elle a été écrite" in page


@pytest.mark.parametrize(
    ("error", "words"),
    [(None, "Le journal est intact"), ("JournalDamaged: Le journal est abîmé à la ligne 2 : ligne modifiée.", "à la ligne 2")],
)
def test_the_last_verification_is_shown(client, lines, error, words):
    assert "Pas encore vérifié" in client.get(JOURNAL).text
    with transaction():
        note_run("verify_journal", started_at=SENT, ended_at=SENT, done=1234, error=error)
    page = client.get(JOURNAL).text
    assert words in page and (error or re.search(r"1\s234\slignes", page))


def test_the_list_goes_on_page_after_page(client, lines):
    organisation_id = session.scalars(select(JournalEntry.organisation_id).where(JournalEntry.seq == lines["written"])).one()
    with transaction():
        for _ in range(25):
            record("more", make_person(None), by=None, at=SENT, organisation_id=organisation_id)
    assert "later" not in listed(client, lines)
    older = client.get(JOURNAL).text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert f'href="{JOURNAL}/{lines["later"]}"' in client.get(older).text


def deposit_all_ways(sent: MiniTender) -> None:
    """Every act of a supplier that says, before the opening, who deposits or how many do."""
    supplier = invitees_of(sent)[0]
    by, at = member_of(supplier), IN_TIME
    about = {"seal_key": SEAL_KEY, "by": by, "at": at}
    tried = attempt_deposit(sent, supplier, started_at=at, received_at=at, size=10, by=by, at=at)
    refuse_attempt(tried, [Refusal("Un prix manque.", "L’écrire.")], by=by, at=at)
    upload = begin_upload(sent, supplier, PDF.name, len(PDF.body), **about)
    discard_uploads([add_chunk(upload, 0, PDF.body, **about)], by=by, at=at)
    discard_offer_draft(save_offer_draft(sent, supplier, offered(sent, supplier), [PDF], stamp="", **about), by=by, at=at)
    withdraw_offer(make_deposit(sent, supplier), link=LINK, by=by, at=at)


def test_no_line_of_a_deposit_is_the_organisations_even_if_its_table_said_whose_it_is(database, client, monkeypatch):
    """Today only `offers` bears the organisation; a column born tomorrow beside it must not open the lines of the others (SEC-01)."""
    with transaction():
        sent = make_published(suppliers=1)
        auditor = make_person(sent.organisation, Role.AUDITOR)
        before = session.scalars(select(func.max(JournalEntry.seq))).one()
        for model in (DepositAttempt, OfferDraft, StagedUpload):
            monkeypatch.setattr(model, "organisation_id", sent.organisation_id, raising=False)
        deposit_all_ways(sent)
    told = {line.action: line.seq for line in session.scalars(select(JournalEntry).where(JournalEntry.seq > before))}
    assert set(told) == {
        "attempt_deposit", "refuse_attempt", "begin_upload", "receive_upload", "discard_upload", "save_offer_draft", "discard_offer_draft",
        "submit_offer", "withdraw_offer",
    }  # fmt: skip
    sign_in(client, auditor)
    assert listed(client, told) == set()
    assert {action: client.get(f"{JOURNAL}/{seq}").status_code for action, seq in told.items()} == dict.fromkeys(told, 404)
