"""Sealed offers, drafts and receipts: they open for whom they were sealed, whole, in their place, or not at all."""

import io
import tarfile
from dataclasses import replace

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sad.trust.commitments import SALT_BYTES, commitment, new_salt
from sad.trust.envelopes import STEP, Envelope, EnvelopeFile, SealBroken, pack, size_class, unpack
from sad.trust.sealing import (
    ciphertext_sha256,
    new_key_pair,
    open_draft,
    open_envelope,
    open_receipt,
    seal,
    seal_draft,
    seal_receipt,
    unwrap,
)

SEAL_KEY = b"k" * 48
CONTEXT = "mini_tender:7"
KEYS = new_key_pair(SEAL_KEY, CONTEXT)
IDENTITY = unwrap(KEYS.wrapped_private, SEAL_KEY, CONTEXT)
PLACE = {"mini_tender_id": 7, "supplier_id": 12, "deposit_id": "0b7e4b1e-54f2-4a4e-9a53-6f9bb1a0a2c1"}
OFFER = Envelope(
    **PLACE,
    salt=b"s" * SALT_BYTES,
    content=b'{"prices":{"1":"12.40"}}',
    files=(EnvelopeFile("Fiche été.pdf", "application/pdf", b"%PDF one"), EnvelopeFile("Fiche été.pdf", "application/pdf", b"%PDF two")),
)
SEALED = seal(KEYS.public, OFFER)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
envelope_files = st.builds(EnvelopeFile, name=texts, media_type=texts, body=st.binary(max_size=3000))
envelopes = st.builds(
    Envelope,
    mini_tender_id=st.integers(1, 10**12),
    supplier_id=st.integers(1, 10**12),
    deposit_id=st.uuids().map(str),
    salt=st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES),
    content=st.binary(max_size=5000),
    files=st.lists(envelope_files, max_size=4).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(envelopes)
def test_an_envelope_opens_as_it_was_sealed(envelope):
    sealed = seal(KEYS.public, envelope)
    place = {"mini_tender_id": envelope.mini_tender_id, "supplier_id": envelope.supplier_id, "deposit_id": envelope.deposit_id}
    assert open_envelope(sealed, IDENTITY, **place) == envelope


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SEALED) * 8 - 1))
def test_any_bit_flipped_in_a_ciphertext_is_refused(position):
    with pytest.raises(SealBroken):
        open_envelope(_flipped(SEALED, position), IDENTITY, **PLACE)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SEALED) - 1))
def test_a_ciphertext_cut_short_is_refused(length):
    with pytest.raises(SealBroken):
        open_envelope(SEALED[:length], IDENTITY, **PLACE)


def test_a_ciphertext_made_longer_is_refused():
    with pytest.raises(SealBroken):
        open_envelope(SEALED + b"\0", IDENTITY, **PLACE)


@pytest.mark.parametrize("moved", [{"mini_tender_id": 8}, {"supplier_id": 13}, {"deposit_id": "another deposit"}])
def test_an_envelope_moved_to_another_place_is_refused(moved):
    with pytest.raises(SealBroken, match="n’est pas à sa place"):
        open_envelope(SEALED, IDENTITY, **{**PLACE, **moved})


def test_the_key_of_another_mini_tender_does_not_open_the_envelope():
    other = new_key_pair(SEAL_KEY, "mini_tender:8")
    with pytest.raises(SealBroken, match="scellé pour une autre consultation"):
        open_envelope(SEALED, unwrap(other.wrapped_private, SEAL_KEY, "mini_tender:8"), **PLACE)


def test_a_ciphertext_that_holds_something_else_is_refused():
    forged = pyrage.encrypt(b"not an offer", [IDENTITY.to_public()])
    with pytest.raises(SealBroken, match="n’est pas une offre"):
        open_envelope(forged, IDENTITY, **PLACE)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 8 * 4096 - 1))
def test_bytes_that_are_not_an_envelope_never_fail_otherwise(position):
    try:
        unpack(_flipped(pack(OFFER), position))
    except SealBroken as refused:
        assert "n’est pas une offre" in str(refused)


def test_neither_prices_nor_file_names_show_in_the_ciphertext():
    for secret in (b"12.40", b"Fiche", b"%PDF", PLACE["deposit_id"].encode()):
        assert secret in pack(OFFER)
        assert secret not in SEALED


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2 * STEP), st.integers(0, 2 * STEP))
def test_two_offers_of_the_same_size_class_have_the_same_length_once_packed(one, other):
    first, second = (pack(replace(OFFER, content=bytes(size))) for size in (one, other))
    assert len(first) % STEP == len(second) % STEP == 0
    assert (len(first) == len(second)) == (size_class(len(first)) == size_class(len(second)))


@pytest.mark.parametrize(("size", "steps"), [(0, 1), (1, 1), (STEP, 1), (STEP + 1, 2), (10 * STEP, 10)])
def test_size_classes_count_steps_of_64_kib(size, steps):
    assert size_class(size) == steps


def test_a_sealed_offer_tells_no_more_than_one_step_above_what_it_holds():
    for size in (0, 50_000, 60_000, 10 * 1024 * 1024):
        envelope = replace(OFFER, content=bytes(size))
        assert size_class(len(seal(KEYS.public, envelope))) == size_class(len(pack(envelope))) + 1


def test_a_decrypted_envelope_is_a_tar_archive_that_any_tool_reads():
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(SEALED, [IDENTITY]))) as archive:
        assert archive.getnames() == ["envelope.json", "content.json", "files/1", "files/2"]
        assert archive.extractfile("content.json").read() == OFFER.content


def test_the_released_private_key_is_one_that_the_age_tool_takes():
    assert str(IDENTITY).startswith("AGE-SECRET-KEY-1")
    assert KEYS.public == str(IDENTITY.to_public())


@pytest.mark.parametrize(("seal_key", "context"), [(b"x" * 48, CONTEXT), (SEAL_KEY, "mini_tender:8")])
def test_a_private_key_stays_wrapped_for_another_seal_key_or_mini_tender(seal_key, context):
    with pytest.raises(SealBroken):
        unwrap(KEYS.wrapped_private, seal_key, context)


def test_each_mini_tender_has_its_own_keys():
    assert new_key_pair(SEAL_KEY, CONTEXT).public != KEYS.public


@given(st.binary(max_size=2000), texts)
def test_a_draft_and_a_receipt_open_as_they_were_sealed(body, context):
    assert open_draft(SEAL_KEY, context, seal_draft(SEAL_KEY, context, body)) == body
    assert open_receipt(SEAL_KEY, context, seal_receipt(SEAL_KEY, context, body)) == body


@given(st.data())
def test_any_bit_flipped_in_a_draft_is_refused(data):
    sealed = seal_draft(SEAL_KEY, "offer_draft:7:12", b'{"price":"12.40"}')
    position = data.draw(st.integers(0, len(sealed) * 8 - 1))
    with pytest.raises(SealBroken):
        open_draft(SEAL_KEY, "offer_draft:7:12", _flipped(sealed, position))


@given(st.integers(0, 40))
def test_a_draft_cut_short_is_refused(length):
    sealed = seal_draft(SEAL_KEY, CONTEXT, b"0123456789")
    with pytest.raises(SealBroken):
        open_draft(SEAL_KEY, CONTEXT, sealed[:length])


def test_a_draft_opens_neither_elsewhere_nor_as_a_receipt_nor_with_another_key():
    sealed = seal_draft(SEAL_KEY, CONTEXT, b"draft")
    for attempt in (
        lambda: open_draft(SEAL_KEY, "mini_tender:8", sealed),
        lambda: open_receipt(SEAL_KEY, CONTEXT, sealed),
        lambda: unwrap(sealed, SEAL_KEY, CONTEXT),
        lambda: open_draft(b"x" * 48, CONTEXT, sealed),
    ):
        with pytest.raises(SealBroken):
            attempt()


def test_the_same_draft_sealed_twice_does_not_look_the_same():
    assert seal_draft(SEAL_KEY, CONTEXT, b"draft") != seal_draft(SEAL_KEY, CONTEXT, b"draft")


def test_a_commitment_is_the_sha256_of_salt_then_content():
    # printf '%032d%s' 0 abc | sha256sum
    assert commitment(b"0" * 32, b"abc") == "af1f0da87873662f687d436bbf2c38eb309ce126fefc1ff4dea6b59b179e846b"


def test_a_salt_of_another_length_is_refused_so_that_no_byte_passes_from_it_to_the_content():
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"0" * 33, b"bc")


def test_salts_are_drawn_anew():
    assert len({new_salt() for _ in range(100)}) == 100


def test_the_fingerprint_of_a_ciphertext_is_its_sha256():
    assert ciphertext_sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def _flipped(body: bytes, position: int) -> bytes:
    byte, bit = divmod(position, 8)
    return body[:byte] + bytes([body[byte] ^ 1 << bit]) + body[byte + 1 :]
