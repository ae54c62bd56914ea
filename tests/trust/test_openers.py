"""Two of n: any two passphrases open a shared key, one never does, whatever else its owner holds."""

import base64
import json
from contextlib import suppress
from itertools import permutations

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrage.x25519 import Identity

from sad.trust import openers
from sad.trust.envelopes import SealBroken
from sad.trust.openers import WrongPassphrase, half_open, keep_under, new_opener_key, open_half, share, sharers, unlock_opener_key
from sad.trust.sealing import half_open_key, new_key_pair, open_half_key, sharers_of, unwrap, wrap

PHRASE = "trois courges sous la lune"
CONTEXT, TENDER = "person:12", "mini_tender:7"
SEAL_KEY, OTHER_SEAL_KEY = b"a-seal-key-for-tests-only-0123456789", b"another-seal-key-for-tests-0123456789"
NUMBERS = st.lists(st.integers(1, 10**9), min_size=2, max_size=6, unique=True)
BROKEN = [b"", b"{", b"[]", b'{"x":"AAAA"}', b'{"one-two":1}', b"\xff"]


@pytest.fixture
def quick(monkeypatch):
    """The same derivation with the least memory: what it costs is tried apart."""
    monkeypatch.setattr(openers, "MEMORY_KIB", 64)
    monkeypatch.setattr(openers, "PASSES", 1)


def make(numbers) -> tuple[dict[int, Identity], dict[int, str]]:
    held = {number: Identity.generate() for number in numbers}
    return held, {number: str(identity.to_public()) for number, identity in held.items()}


@given(NUMBERS, st.binary(min_size=1, max_size=200))
@settings(max_examples=25, deadline=None)
def test_any_two_open_in_either_order(numbers, secret):
    held, publics = make(numbers)
    shared = share(secret, publics)
    assert sharers(shared) == set(numbers)
    for one, two in permutations(numbers, 2):
        assert open_half(half_open(shared, one, held[one]), two, held[two]) == secret


@given(NUMBERS, st.data())
@settings(max_examples=25, deadline=None)
def test_one_alone_opens_nothing_not_even_what_it_left_itself(numbers, data):
    held, publics = make(numbers)
    secret = b"AGE-SECRET-KEY-canary-of-nobody"
    shared = share(secret, publics)
    alone = data.draw(st.sampled_from(numbers))
    half = half_open(shared, alone, held[alone])
    assert secret not in shared and secret not in half
    for number in numbers:
        with pytest.raises(SealBroken):
            open_half(half, number, held[alone])
        if number != alone:
            with pytest.raises(SealBroken):
                half_open(shared, number, held[alone])


def test_a_stranger_opens_neither_half():
    held, publics = make([1, 2, 3])
    shared, stranger = share(b"secret", publics), Identity.generate()
    with pytest.raises(SealBroken):
        half_open(shared, 1, stranger)
    with pytest.raises(SealBroken):
        open_half(half_open(shared, 1, held[1]), 2, stranger)


def test_the_two_layers_are_plain_age_that_any_tool_takes_off():
    held, publics = make([1, 2])
    outer = base64.b64decode(json.loads(share(b"secret", publics))["1-2"])
    assert pyrage.decrypt(pyrage.decrypt(outer, [held[1]]), [held[2]]) == b"secret"


@pytest.mark.parametrize("written", BROKEN)
def test_what_is_damaged_is_said_damaged(written):
    for read in (sharers, lambda it: half_open(it, 1, Identity.generate()), lambda it: open_half(it, 1, Identity.generate())):
        with suppress(SealBroken):
            assert read(written) in (set(), b"{}"), "nothing is made up from what is damaged"


@pytest.mark.usefixtures("quick")
@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_a_private_key_opens_with_its_own_passphrase_alone(right, wrong):
    identity = Identity.generate()
    kept = keep_under(right, CONTEXT, identity)
    assert str(unlock_opener_key(kept, right, CONTEXT)) == str(identity)
    assert str(identity).encode() not in kept
    if openers.unicodedata.normalize("NFKC", right) != openers.unicodedata.normalize("NFKC", wrong):
        with pytest.raises(WrongPassphrase):
            unlock_opener_key(kept, wrong, CONTEXT)


def test_the_key_is_the_one_whose_public_half_was_given_and_belongs_to_one_person():
    public, kept = new_opener_key(PHRASE, CONTEXT)
    assert str(unlock_opener_key(kept, PHRASE, CONTEXT).to_public()) == public
    assert str(unlock_opener_key(kept, "trois courges sous la lune", CONTEXT).to_public()) == public
    with pytest.raises(WrongPassphrase):
        unlock_opener_key(kept, PHRASE, "person:13")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("cut", [0, 5, 13, 28, 41, -1])
def test_a_key_cut_short_is_not_opened(cut):
    kept = keep_under(PHRASE, CONTEXT, Identity.generate())
    with pytest.raises(WrongPassphrase):
        unlock_opener_key(kept[:cut], PHRASE, CONTEXT)


def test_accents_typed_another_way_open_all_the_same():
    kept = keep_under("pâté de campagne doré", CONTEXT, Identity.generate())
    unlock_opener_key(kept, "pa\u0302te\u0301 de campagne dore\u0301", CONTEXT)


def test_the_key_of_a_mini_tender_wants_two_openers_and_the_key_file():
    held, publics = make([4, 5, 6])
    pair = new_key_pair(SEAL_KEY, TENDER, publics)
    assert sharers_of(pair.wrapped_private, SEAL_KEY, TENDER) == {4, 5, 6}
    half = half_open_key(pair.wrapped_private, SEAL_KEY, TENDER, number=5, identity=held[5])
    private = open_half_key(half, SEAL_KEY, TENDER, number=4, identity=held[4])
    assert str(private.to_public()) == pair.public
    assert str(unwrap(wrap(private, SEAL_KEY, TENDER), SEAL_KEY, TENDER)) == str(private)
    for seal_key, context in ((OTHER_SEAL_KEY, TENDER), (SEAL_KEY, "mini_tender:8")):
        with pytest.raises(SealBroken):
            half_open_key(pair.wrapped_private, seal_key, context, number=5, identity=held[5])
        with pytest.raises(SealBroken):
            open_half_key(half, seal_key, context, number=4, identity=held[4])


def test_the_key_file_alone_opens_no_shared_key():
    _, publics = make([4, 5, 6])
    with pytest.raises(SealBroken):
        unwrap(new_key_pair(SEAL_KEY, TENDER, publics).wrapped_private, SEAL_KEY, TENDER)
