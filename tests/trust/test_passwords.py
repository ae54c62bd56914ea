"""Passwords: kept so that they cannot be read, checked in the same time for all, refused when easy to guess."""

import unicodedata

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from hypothesis import given, settings
from hypothesis import strategies as st

from sad.trust.passwords import (
    NOBODY,
    SUPPLIER_MINIMUM,
    common_passwords,
    hash_password,
    new_token,
    password_faults,
    token_hash,
    verify_password,
)

GOOD = "lampe violon harpe caillou"
KEPT = hash_password(GOOD)


def messages(password: str, **about: str) -> str:
    return " ".join(fault.message for fault in password_faults(password, **about))


def test_the_password_that_was_kept_is_recognised_and_no_other():
    assert verify_password(KEPT, GOOD)
    assert not verify_password(KEPT, GOOD + "x")
    assert not verify_password(KEPT, "")


def test_an_unknown_account_has_no_password_not_even_an_empty_one():
    assert not verify_password(None, "")
    assert not verify_password(None, GOOD)


def test_an_unknown_account_costs_the_same_work_as_a_known_one():
    parameters = extract_parameters(NOBODY)
    assert parameters == extract_parameters(KEPT)
    assert (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (Type.ID, 19 * 1024, 2, 1)


def test_the_same_password_is_never_kept_twice_in_the_same_words():
    assert hash_password(GOOD) != KEPT


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_accents_count_the_same_whichever_keyboard_typed_them(form):
    kept = hash_password("forêt brûlée à l’été")
    assert verify_password(kept, unicodedata.normalize(form, "forêt brûlée à l’été"))


def test_a_password_that_is_not_valid_unicode_is_kept_like_another():
    assert verify_password(hash_password("lampe \ud800 violon"), "lampe \ud800 violon")


@pytest.mark.parametrize("good", [GOOD, "Vx7#pL-qz2!mT9rWk", "quatre chevaux dorment debout", "la péniche avance sans bruit"])
def test_a_good_password_has_no_fault(good):
    assert password_faults(good, email="claire.martin@agglo.example", name="Claire Martin") == []


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("court", "il en faut au moins 15"),
        ("motdepasse", "parmi les premiers"),
        ("MotDePasse2026!!", "parmi les premiers"),
        ("M0tD3P@sse-1234", "parmi les premiers"),
        ("P@ssw0rd12345678", "parmi les premiers"),
        ("bonjourbonjourbonjour", "parmi les premiers"),
        ("Bonne année 2027 !", "parmi les premiers"),
        ("aaaaaaaaaaaaaaaaaaaa", "répète trop peu"),
        ("abcabcabcabcabcabc", "répète trop peu"),
        ("violonnnnnnnnnn harpe", "répète trop peu"),
        ("", "répète trop peu"),
        ("violon azerty harpe", "suite du clavier ou de l’alphabet (« azerty »)"),
        ("violon YTREZA harpe", "« ytreza »"),
        ("violon 345678 harpe", "« 345678 »"),
        ("harpe abcdefgh violon", "« abcdef »"),
    ],
)
def test_a_password_easy_to_guess_is_refused_with_its_reason(password, reason):
    assert reason in messages(password)


@pytest.mark.parametrize("password", ["claire aime les violons", "vive MARTIN et sa harpe", "lefevre-est-ici-chaque-jour"])
def test_a_password_that_says_who_it_belongs_to_is_refused(password):
    assert "votre nom ou votre adresse" in messages(password, email="claire.martin@agglo.example", name="Claire Lefèvre")


def test_short_words_of_a_name_do_not_count():
    assert messages("une harpe et deux violons", name="Eva Une Et") == ""


def test_the_smallest_length_is_the_one_of_the_role():
    assert password_faults("harpe violon", minimum=SUPPLIER_MINIMUM) == []
    assert "12 caractères : il en faut au moins 15" in messages("harpe violon")


def test_all_faults_are_given_each_with_a_remedy_and_the_field():
    faults = password_faults("azertyuiop", email="azertyuiop@agglo.example", field="new_password")
    assert len(faults) == 4
    assert all(fault.remedy and fault.field == "new_password" for fault in faults)


def test_every_listed_password_is_refused_as_it_stands_and_with_a_year():
    assert len(common_passwords()) > 200
    for word in common_passwords():
        assert "parmi les premiers" in messages(word), word
        if word[-1].isalpha() and word[0].isalpha():
            assert "parmi les premiers" in messages(f"{word.title()}2026!"), word


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_text_makes_the_judgement_fail(password, email, name):
    faults = password_faults(password, email=email, name=name)
    assert all(fault.message and fault.remedy for fault in faults)


def test_a_token_is_sent_once_and_only_its_hash_is_kept():
    token, kept = new_token()
    assert token_hash(token) == kept
    assert token not in kept
    assert len(token) >= 43


def test_tokens_are_drawn_anew_and_a_token_that_is_no_text_matches_none():
    assert len({new_token().token for _ in range(100)}) == 100
    assert token_hash("\ud800") != token_hash("")
