"""Second factors and rescue codes: put in place, used once, slowed, taken away; what is kept says nothing by itself."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from sad import db
from sad.actions import accounts
from sad.actions.passkeys import passkeys_of
from sad.actions.rescue_codes import CODES, codes_left, make_rescue_codes, use_rescue_code
from sad.actions.second_factors import (
    MISSES_COUNT_FOR,
    MOST_MISSES,
    SETUP_LASTS,
    confirm_factor,
    passes,
    remove_factor,
    secret_being_set,
    start_factor,
    use_code,
)
from sad.domain.errors import Refused
from sad.models.journal import JournalEntry
from sad.models.letters import Letter
from sad.models.passkeys import Passkey
from sad.models.people import Person, Role, SecondFactor
from sad.trust.envelopes import SealBroken
from sad.trust.passwords import hash_password, verify_password
from tests.factories.organisations import make_organisation
from tests.factories.people import make_person
from tests.factories.second_factors import SEAL_KEY, give_factor, shown, wrong
from tests.factories.sign_ins import make_sign_in

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HERE = {"seal_key": SEAL_KEY, "address": "192.0.2.1"}


@pytest.fixture
def claire(database):
    with db.transaction():
        return make_person(make_organisation(name="Agglo du Vercors"), Role.BUYER, name="Claire", email="claire@agglo.example")


@pytest.fixture
def supplier_person(database):
    with db.transaction():
        return make_person(name="Nadia", email="nadia@ferme.example")


@pytest.fixture
def key(claire):
    with db.transaction():
        return give_factor(claire)


def use(person: Person | None, typed: str, at: datetime = AT) -> bool:
    with db.transaction():
        return use_code(person, typed, **HERE, at=at)


def letters() -> list[str]:
    return list(db.session.scalars(select(Letter.kind).order_by(Letter.id)))


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught, db.transaction():
        act(*args, **kwargs)
    return str(caught.value)


def test_a_code_serves_once_and_neither_does_an_older_one_after_it(claire, key):
    assert use(claire, shown(key, AT))
    assert not use(claire, shown(key, AT))
    assert not use(claire, shown(key, AT, steps=-1))
    assert use(claire, shown(key, AT, steps=1))
    assert not use(claire, shown(key, AT, steps=1), AT + timedelta(seconds=30))


@pytest.mark.parametrize("steps, is_good", [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_drifts_by_one_step(claire, key, steps, is_good):
    assert use(claire, shown(key, AT, steps=steps)) == is_good


def test_the_code_that_confirmed_does_not_open(claire):
    with db.transaction():
        secret = give_factor(claire, at=AT)
    assert not use(claire, shown(secret, AT))
    assert use(claire, shown(secret, AT, steps=1))


def test_an_application_counts_only_once_confirmed_by_its_own_code_and_within_the_hour(claire):
    with db.transaction():
        start_factor(claire, seal_key=SEAL_KEY, by=claire, at=AT)
        secret = secret_being_set(claire, seal_key=SEAL_KEY, at=AT)
    assert not claire.has_factor
    assert "pas le code du moment" in refused(confirm_factor, claire, wrong(secret, AT), seal_key=SEAL_KEY, by=claire, at=AT)
    late = AT + SETUP_LASTS + timedelta(microseconds=1)
    assert "expiré" in refused(confirm_factor, claire, shown(secret, late), seal_key=SEAL_KEY, by=claire, at=late)
    with db.transaction():
        confirm_factor(claire, shown(secret, AT + SETUP_LASTS), seal_key=SEAL_KEY, by=claire, at=AT + SETUP_LASTS)
    assert claire.has_factor
    assert letters() == ["factor_set"]
    assert secret_being_set(claire, seal_key=SEAL_KEY, at=AT) is None
    assert "déjà une application" in refused(start_factor, claire, seal_key=SEAL_KEY, by=claire, at=AT)


def test_starting_again_draws_another_key(claire):
    keys = []
    for _ in range(2):
        with db.transaction():
            start_factor(claire, seal_key=SEAL_KEY, by=claire, at=AT)
            keys.append(secret_being_set(claire, seal_key=SEAL_KEY, at=AT))
    assert keys[0] != keys[1]
    assert db.session.scalar(select(func.count(SecondFactor.id))) == 1


def test_whoever_acts_for_suppliers_keeps_rescue_codes_instead(supplier_person):
    assert "demandé aux agents" in refused(start_factor, supplier_person, seal_key=SEAL_KEY, by=supplier_person, at=AT)


def test_the_key_is_not_readable_in_the_database_nor_under_another_account_or_key_file(claire, key):
    kept = db.session.scalars(select(SecondFactor)).one()
    assert key not in kept.sealed_secret
    with pytest.raises(SealBroken), db.transaction():
        use_code(claire, "123456", seal_key=b"another-seal-key-0123456789-abcdefgh", address="", at=AT)
    with db.transaction():
        other = make_person(make_organisation(name="Ville"), Role.BUYER)
        db.session.execute(text("UPDATE second_factors SET person_id = :other"), {"other": other.id})
    with pytest.raises(SealBroken):
        use(other, "123456")


@pytest.mark.parametrize("typed", ["", "000000", "abc", "2345 6789 ABCD"])
def test_nobody_passes_whatever_is_typed(database, typed):
    with db.transaction():
        assert not passes(None, typed, **HERE, at=AT)


def test_who_has_no_application_passes_and_who_has_one_needs_its_code(claire, supplier_person, key):
    with db.transaction():
        assert passes(supplier_person, "", **HERE, at=AT)
        assert passes(supplier_person, "123456", **HERE, at=AT)
        assert not passes(claire, "", **HERE, at=AT)
        assert not passes(claire, wrong(key, AT), **HERE, at=AT)
        assert passes(claire, shown(key, AT), **HERE, at=AT)


def test_a_code_of_somebody_else_opens_nothing(claire, key):
    with db.transaction():
        paul = make_person(claire.organisation, Role.BUYER, name="Paul")
        give_factor(paul)
    assert not use(paul, shown(key, AT))


def test_ten_wrong_codes_slow_the_application_from_everywhere_and_leave_the_paper(claire, key):
    with db.transaction():
        paper = make_rescue_codes(claire, seal_key=SEAL_KEY, by=claire, at=AT)
    for n in range(MOST_MISSES):
        with db.transaction():
            assert not use_code(claire, wrong(key, AT), seal_key=SEAL_KEY, address=f"192.0.2.{n}", at=AT)
    assert letters().count("codes_missed") == 1
    assert not use(claire, shown(key, AT))
    assert use(claire, paper[0])
    later = AT + MISSES_COUNT_FOR
    assert use(claire, shown(key, later), later)


def test_nothing_typed_is_not_a_wrong_code(claire, key):
    for _ in range(MOST_MISSES):
        use(claire, "")
    assert use(claire, shown(key, AT))


def test_ten_rescue_codes_serve_once_each_and_tell_by_mail_how_many_are_left(claire, key):
    with db.transaction():
        codes = make_rescue_codes(claire, seal_key=SEAL_KEY, by=claire, at=AT)
    assert len(set(codes)) == CODES == codes_left(claire)
    assert use(claire, codes[3].lower().replace(" ", "-"))
    assert not use(claire, codes[3])
    assert codes_left(claire) == 9
    assert "Il vous en reste 9." in db.session.scalars(select(Letter).where(Letter.kind == "rescue_code_used")).one().body
    for code in codes:
        use(claire, code)
    assert codes_left(claire) == 0
    bodies = [letter.body for letter in db.session.scalars(select(Letter).where(Letter.kind == "rescue_code_used").order_by(Letter.id))]
    assert len(bodies) == CODES and "C’était le dernier." in bodies[-1]


def test_new_rescue_codes_end_the_former_and_those_of_others_open_nothing(claire, supplier_person, key):
    with db.transaction():
        former = make_rescue_codes(claire, seal_key=SEAL_KEY, by=claire, at=AT)
        foreign = make_rescue_codes(supplier_person, seal_key=SEAL_KEY, by=supplier_person, at=AT)
        make_rescue_codes(claire, seal_key=SEAL_KEY, by=claire, at=AT)
    assert not any(use(claire, code) for code in (*former, *foreign))
    assert codes_left(supplier_person) == CODES


def test_rescue_codes_are_not_in_the_database_nor_in_the_letters_nor_in_the_journal(claire, key):
    with db.transaction():
        codes = make_rescue_codes(claire, seal_key=SEAL_KEY, by=claire, at=AT)
    use(claire, codes[0])
    tables = list(db.Base.metadata.tables)
    kept = " ".join(str(row) for name in tables for row in db.session.execute(text(f'SELECT * FROM "{name}"')))
    assert not any(written in kept for code in codes for written in (code, code.replace(" ", "")))


@pytest.mark.own_database
@pytest.mark.parametrize("kind", ["application", "paper"])
def test_of_two_who_send_the_same_code_at_once_one_comes_in(claire, key, kind):
    with db.transaction():
        paper = make_rescue_codes(claire, seal_key=SEAL_KEY, by=claire, at=AT)
    code, number, answers, start = (shown(key, AT) if kind == "application" else paper[0]), claire.id, [], threading.Barrier(4)

    def come() -> None:
        start.wait()
        try:
            with db.transaction():
                answers.append(use_code(db.session.get(Person, number), code, **HERE, at=AT))
        finally:
            db.session.remove()

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True]


def test_removing_ends_the_rescue_codes_too_and_is_told(claire, key):
    with db.transaction():
        codes = make_rescue_codes(claire, seal_key=SEAL_KEY, by=claire, at=AT)
        remove_factor(claire, by=claire, at=AT)
    assert not claire.has_factor and codes_left(claire) == 0
    assert "vous avez retiré" in db.session.scalars(select(Letter).where(Letter.kind == "factor_removed")).one().body
    with db.transaction():
        assert passes(claire, "", **HERE, at=AT)
        assert not use_code(claire, codes[0], **HERE, at=AT)
    assert "pas d’application" in refused(remove_factor, claire, by=claire, at=AT)


@pytest.mark.parametrize(
    "role, is_same, may", [(Role.ADMINISTRATOR, True, True), (Role.ADMINISTRATOR, False, False), (Role.BUYER, True, False)]
)
def test_only_an_administrator_of_the_same_house_removes_it_for_another(claire, key, role, is_same, may):
    with db.transaction():
        by = make_person(claire.organisation if is_same else make_organisation(name="Ville"), role, name="Aline")
    if may:
        with db.transaction():
            remove_factor(claire, by=by, at=AT)
        assert "Aline a retiré" in db.session.scalars(select(Letter).where(Letter.kind == "factor_removed")).one().body
    else:
        refused(remove_factor, claire, by=by, at=AT)
        assert claire.has_factor


@pytest.mark.parametrize("is_own", [True, False])
def test_whoever_lost_everything_loses_the_passkeys_too_and_the_journal_says_so(claire, key, is_own):
    with db.transaction():
        kept = {"credential": b"k", "counter": 0, "added_at": AT, "drawn_at": AT}
        db.session.add_all(Passkey(person_id=claire.id, credential_id=name.encode(), name=name, **kept) for name in ("Téléphone", "Clé"))
        by = claire if is_own else make_person(claire.organisation, Role.ADMINISTRATOR, name="Aline")
        remove_factor(claire, by=by, at=AT)
    lines = db.session.scalars(select(JournalEntry.actor).where(JournalEntry.action == "remove_passkey")).all()
    assert len(passkeys_of(claire)) == (2 if is_own else 0) and lines == ([] if is_own else [f"person:{by.id}"] * 2)
    told = db.session.scalars(select(Letter).where(Letter.kind == "factor_removed")).one().body
    assert ("clés d’accès" in told) != is_own


def test_every_change_is_journalled_in_the_name_of_its_author(claire, key):
    with db.transaction():
        make_rescue_codes(claire, seal_key=SEAL_KEY, by=claire, at=AT)
        remove_factor(claire, by=claire, at=AT)
    done = db.session.execute(select(JournalEntry.action, JournalEntry.actor).order_by(JournalEntry.seq)).all()
    names = ["start_factor", "confirm_factor", "make_rescue_codes", "remove_factor"]
    assert [tuple(row) for row in done] == [(name, f"person:{claire.id}") for name in names]


@pytest.mark.parametrize("whose", ["supplier", "agent", "unknown"])
def test_a_rescue_code_gives_a_new_password_to_suppliers_only(claire, supplier_person, whose):
    person = {"supplier": supplier_person, "agent": claire, "unknown": None}[whose]
    hashed = hash_password("cinq pommes dans la brouette")
    with db.transaction():
        code = make_rescue_codes(person or supplier_person, seal_key=SEAL_KEY, by=claire, at=AT)[0]
    email = person.email if person else "inconnue@ferme.example"
    with db.transaction():
        here = make_sign_in(supplier_person, at=AT)
    with db.transaction():
        found = accounts.rescue_password(email, code, password_hash=hashed, seal_key=SEAL_KEY, at=AT)
    assert (found is not None) == (whose == "supplier")
    if found:
        assert verify_password(found.password_hash, "cinq pommes dans la brouette") and here.ended_at == AT
        assert letters() == ["rescue_code_used", "password_changed"]
    with db.transaction():
        assert use_rescue_code(person, code, seal_key=SEAL_KEY, at=AT) == (whose == "agent")
