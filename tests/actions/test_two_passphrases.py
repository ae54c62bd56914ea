"""Two of n: no rehearsal, no sending; no two passphrases, no opening; and one opener with the whole database reads nothing."""

from datetime import timedelta

import pyrage
import pytest
from sqlalchemy import select

from sad.actions.declarations import declare_interests
from sad.actions.opener_keys import change_passphrase, choose_passphrase, live_key, live_keys
from sad.actions.openings import ask_opening, confirm_opening, opening_of
from sad.actions.publications import invitees_of, publish_mini_tender
from sad.actions.rehearsals import STAYS_GOOD, finish_rehearsal, rehearsal_faults, require_two_passphrases, start_rehearsal
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer
from sad.models.openers import OpenerKey, Rehearsal
from sad.models.people import PersonRole, Role
from sad.trust import openers as crypto
from sad.trust.envelopes import SealBroken
from sad.trust.openers import unlock_opener_key
from sad.trust.sealing import half_open_key, open_half_key, unwrap
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, make_admitted, make_mini_tender
from tests.factories.offers import IN_TIME, make_deposit
from tests.factories.openers import PHRASES, REHEARSED, make_openers, make_shared, rehearse
from tests.factories.people import PASSWORD, make_person

AFTER = CLOSES + timedelta(minutes=2)
A_SECOND = timedelta(seconds=1)
OTHER = "des girolles dans un tiroir"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Passphrases derived with less memory: what the real cost is worth is tried in tests/trust."""
    monkeypatch.setattr(crypto, "MEMORY_KIB", 64)


@pytest.fixture
def shared(database):
    with transaction():
        mini_tender, openers = make_shared()
        for supplier in invitees_of(mini_tender):
            make_deposit(mini_tender, supplier)
        for person in openers:
            declare_interests(mini_tender, has_conflict=False, by=person, at=IN_TIME)
    return mini_tender, openers


@pytest.fixture
def trio(database):
    """A draft of a system, and three openers with their passphrase."""
    with transaction():
        draft = make_mini_tender()
        openers = make_openers(draft.organisation)
        draft.system.needs_two_passphrases = True
        make_admitted(draft.category, 2, by=openers[0])
    return draft, openers


def ask(mini_tender, by, phrase, at=AFTER, seal_key=SEAL_KEY):
    with transaction():
        return ask_opening(mini_tender, seal_key=seal_key, passphrase=phrase, by=by, at=at)


def confirm(mini_tender, by, phrase, at=AFTER, seal_key=SEAL_KEY):
    with transaction():
        return confirm_opening(mini_tender, seal_key=seal_key, passphrase=phrase, by=by, at=at)


def words(act) -> str:
    with pytest.raises(Refused) as refused:
        act()
    session.rollback()
    return str(refused.value).replace("\u00a0", " ")


def send(draft, by, at=SENT):
    with transaction():
        return publish_mini_tender(draft, seal_key=SEAL_KEY, justifications={}, home=HOME, by=by, at=at)


def sealed_bytes() -> bytes:
    """Everything that the database holds of keys and openings."""
    tender, opening = session.scalars(select(MiniTender)).one(), None
    opening = opening_of(tender)
    return tender.wrapped_private_key + ((opening.half_opened or b"") if opening else b"")


@pytest.mark.parametrize("first, second", [(0, 1), (1, 0), (1, 2), (2, 0)])
def test_any_two_of_the_three_open_each_with_its_passphrase(shared, first, second):
    mini_tender, openers = shared
    ask(mini_tender, openers[first], PHRASES[first])
    opening = confirm(mini_tender, openers[second], PHRASES[second])
    assert mini_tender.state == MiniTenderState.OPENED and opening.half_opened is None
    assert [offer.is_opened for offer in session.scalars(select(Offer))] == [True, True]
    assert str(unwrap(mini_tender.wrapped_private_key, SEAL_KEY, f"mini_tender:{mini_tender.id}").to_public()) == mini_tender.public_key


@pytest.mark.parametrize("phrase", ["", PHRASES[1], PHRASES[0].upper(), PASSWORD])
def test_a_wrong_passphrase_opens_no_half(shared, phrase):
    mini_tender, openers = shared
    assert "Ce n’est pas votre phrase secrète" in words(lambda: ask(mini_tender, openers[0], phrase))
    assert opening_of(mini_tender) is None
    ask(mini_tender, openers[0], PHRASES[0])
    assert "Ce n’est pas votre phrase secrète" in words(lambda: confirm(mini_tender, openers[2], phrase))
    session.refresh(mini_tender)
    assert mini_tender.state == MiniTenderState.PUBLISHED


def test_the_two_passphrases_of_one_person_are_not_enough(shared):
    mini_tender, openers = shared
    ask(mini_tender, openers[0], PHRASES[0])
    assert "une autre personne la confirme" in words(lambda: confirm(mini_tender, openers[0], PHRASES[1]))


def test_before_the_deadline_no_passphrase_opens_anything(shared):
    mini_tender, openers = shared
    assert "scellées jusqu’à la date limite" in words(lambda: ask(mini_tender, openers[0], PHRASES[0], at=CLOSES))


def test_one_opener_with_the_database_and_the_key_file_reads_nothing(shared):
    """Nadia holds the whole database, the key file and her own passphrase; before anybody else acts, she has no private key."""
    mini_tender, openers = shared
    key, context = live_key(openers[0]), f"mini_tender:{mini_tender.id}"
    mine = unlock_opener_key(key.wrapped_private, PHRASES[0], f"person:{openers[0].id}")
    with pytest.raises(SealBroken):
        unwrap(mini_tender.wrapped_private_key, SEAL_KEY, context)
    half = half_open_key(mini_tender.wrapped_private_key, SEAL_KEY, context, number=key.id, identity=mine)
    for other in live_keys(mini_tender.organisation_id):
        with pytest.raises(SealBroken):
            open_half_key(half, SEAL_KEY, context, number=other.id, identity=mine)
    for offer in session.scalars(select(Offer)):
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(offer.sealed, [mine])


def test_what_the_first_left_opens_for_another_only_with_the_key_file(shared):
    """Once Nadia has asked, Paul with the database alone reads nothing yet: the product itself is needed."""
    mini_tender, openers = shared
    opening = ask(mini_tender, openers[0], PHRASES[0])
    key, context = live_key(openers[1]), f"mini_tender:{mini_tender.id}"
    mine = unlock_opener_key(key.wrapped_private, PHRASES[1], f"person:{openers[1].id}")
    with pytest.raises(SealBroken):
        open_half_key(opening.half_opened, b"another-seal-key-0123456789-abcdefgh", context, number=key.id, identity=mine)
    for secret in (*PHRASES, "AGE-SECRET-KEY"):
        assert secret.encode() not in sealed_bytes() and secret.encode() not in key.wrapped_private


def test_passphrases_are_in_no_line_of_the_journal(shared):
    mini_tender, openers = shared
    ask(mini_tender, openers[0], PHRASES[0])
    confirm(mini_tender, openers[1], PHRASES[1])
    lines = session.scalars(select(JournalEntry)).all()
    assert not [line for line in lines for phrase in PHRASES if line.body and phrase in str(line.body.body)]


def test_another_key_file_opens_neither_half(shared):
    mini_tender, openers = shared
    wrong = b"another-seal-key-0123456789-abcdefgh"
    assert "rien n’est ouvert" in words(lambda: ask(mini_tender, openers[0], PHRASES[0], seal_key=wrong))
    ask(mini_tender, openers[0], PHRASES[0])
    assert "rien n’est ouvert" in words(lambda: confirm(mini_tender, openers[1], PHRASES[1], seal_key=wrong))


def test_a_request_asked_again_after_24_hours_takes_the_half_of_the_new_person(shared):
    mini_tender, openers = shared
    ask(mini_tender, openers[0], PHRASES[0])
    later = AFTER + timedelta(hours=25)
    ask(mini_tender, openers[1], PHRASES[1], at=later)
    confirm(mini_tender, openers[2], PHRASES[2], at=later + A_SECOND)
    assert mini_tender.state == MiniTenderState.OPENED


def test_a_changed_passphrase_opens_what_was_sent_before(shared):
    mini_tender, openers = shared
    with transaction():
        change_passphrase(openers[0], PHRASES[0], OTHER, by=openers[0], at=IN_TIME)
    assert "Ce n’est pas votre phrase secrète" in words(lambda: ask(mini_tender, openers[0], PHRASES[0]))
    ask(mini_tender, openers[0], OTHER)
    confirm(mini_tender, openers[1], PHRASES[1])
    assert mini_tender.state == MiniTenderState.OPENED


def test_with_a_passphrase_lost_the_two_others_open_and_the_lost_one_serves_if_it_comes_back(shared):
    mini_tender, openers = shared
    with transaction():
        choose_passphrase(openers[0], OTHER, is_lost=True, by=openers[0], at=IN_TIME)
    assert "Ce n’est pas votre phrase secrète" in words(lambda: ask(mini_tender, openers[0], OTHER))
    ask(mini_tender, openers[0], PHRASES[0])
    confirm(mini_tender, openers[2], PHRASES[2])
    assert mini_tender.state == MiniTenderState.OPENED


def test_an_opener_who_came_after_the_sending_opens_nothing_of_it(shared):
    mini_tender, _ = shared
    with transaction():
        late = make_person(mini_tender.organisation, Role.OPENER)
        choose_passphrase(late, OTHER, by=late, at=IN_TIME)
        declare_interests(mini_tender, has_conflict=False, by=late, at=IN_TIME)
    assert "quand cette clé a été partagée" in words(lambda: ask(mini_tender, late, OTHER))


def test_nothing_is_sent_before_a_rehearsal_that_two_openers_finished(trio):
    draft, openers = trio
    buyer = openers[0]
    with transaction():
        session.add(PersonRole(person_id=buyer.id, role=Role.BUYER, granted_at=REHEARSED))
    session.refresh(buyer)
    assert "n’a jamais été essayée" in words(lambda: send(draft, buyer))
    with transaction():
        start_rehearsal(PHRASES[0], seal_key=SEAL_KEY, by=openers[0], at=REHEARSED)
    assert "n’a jamais été essayée" in words(lambda: send(draft, buyer))
    with transaction():
        finish_rehearsal(PHRASES[2], seal_key=SEAL_KEY, by=openers[2], at=REHEARSED)
    assert send(draft, buyer).opener_keys == sorted(key.id for key in live_keys(draft.organisation_id))


def test_a_rehearsal_lasts_90_days_and_as_long_as_the_openers_stay(trio):
    draft, openers = trio
    with transaction():
        rehearse(openers[0], openers[1])
    organisation = draft.organisation_id
    assert rehearsal_faults(organisation, REHEARSED + STAYS_GOOD) == []
    assert "plus de 90 jours" in str(rehearsal_faults(organisation, REHEARSED + STAYS_GOOD + A_SECOND)[0])
    with transaction():
        choose_passphrase(openers[2], OTHER, is_lost=True, by=openers[2], at=SENT)
    assert "ont changé" in str(rehearsal_faults(organisation, SENT)[0])


def test_an_opener_who_leaves_makes_too_few(trio):
    draft, openers = trio
    with transaction():
        rehearse(openers[0], openers[1])
        openers[2].is_active = False
    assert "Il faut trois ouvreurs" in str(rehearsal_faults(draft.organisation_id, SENT)[0])


def test_a_rehearsal_needs_another_person_within_24_hours(trio):
    _, openers = trio
    with transaction():
        start_rehearsal(PHRASES[0], seal_key=SEAL_KEY, by=openers[0], at=REHEARSED)
    late = REHEARSED + timedelta(hours=24)
    alone = words(lambda: finish_rehearsal(PHRASES[0], seal_key=SEAL_KEY, by=openers[0], at=REHEARSED))
    wrong = words(lambda: finish_rehearsal(PHRASES[0], seal_key=SEAL_KEY, by=openers[1], at=REHEARSED))
    past = words(lambda: finish_rehearsal(PHRASES[1], seal_key=SEAL_KEY, by=openers[1], at=late + A_SECOND))
    assert "une autre personne le termine" in alone and "Ce n’est pas votre" in wrong and "Aucun essai n’attend" in past
    with transaction():
        finish_rehearsal(PHRASES[1], seal_key=SEAL_KEY, by=openers[1], at=late)
    assert "Aucun essai" in words(lambda: finish_rehearsal(PHRASES[2], seal_key=SEAL_KEY, by=openers[2], at=late))
    assert session.scalars(select(Rehearsal)).one().half_opened is None


@pytest.mark.parametrize(
    "phrase, said", [("court", "il en faut au moins 15"), (PASSWORD, "mot de passe de votre compte"), ("ouvreuse ouvreuse", "votre nom")]
)
def test_an_easy_passphrase_is_refused(database, phrase, said):
    with transaction():
        (person,) = make_openers(make_mini_tender().organisation, number=1)
        session.execute(OpenerKey.__table__.delete())
    assert said in words(lambda: choose_passphrase(person, phrase, by=person, at=SENT))


def test_a_second_key_asks_to_say_that_the_first_is_lost_and_only_openers_have_one(trio):
    draft, openers = trio
    assert "déjà une phrase secrète" in words(lambda: choose_passphrase(openers[0], OTHER, by=openers[0], at=SENT))
    assert "phrase secrète actuelle" in words(lambda: change_passphrase(openers[0], OTHER, OTHER, by=openers[0], at=SENT))
    with transaction():
        buyer = make_person(draft.organisation, Role.BUYER)
    assert "n’est pas ouvreur" in words(lambda: choose_passphrase(buyer, OTHER, by=buyer, at=SENT))


def test_two_openers_are_too_few_to_ask_for_it(database):
    with transaction():
        draft = make_mini_tender()
        openers = make_openers(draft.organisation, number=2)
    assert "Il faut trois ouvreurs" in words(lambda: require_two_passphrases(draft.system, True, by=openers[0], at=SENT))
    assert "Il faut trois" in words(lambda: start_rehearsal(PHRASES[0], seal_key=SEAL_KEY, by=openers[0], at=SENT))


def test_the_option_changes_nothing_for_what_was_already_sent(shared):
    mini_tender, openers = shared
    with transaction():
        require_two_passphrases(mini_tender.system, False, by=openers[0], at=SENT)
    ask(mini_tender, openers[0], PHRASES[0])
    assert "Ce n’est pas votre phrase" in words(lambda: confirm(mini_tender, openers[1], ""))
