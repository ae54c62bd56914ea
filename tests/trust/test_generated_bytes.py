"""Drawn values written as bytes, sealed and signed, then damaged: read back the same, or refused as it says they are.

The checks are by seed: a few at each run, the others in `tests/campaigns/pure.py`.
"""

import functools
import json
import random
import tarfile

import pytest

from sad.trust.canonical import canonical_json
from sad.trust.envelopes import STEP, Envelope, EnvelopeFile, SealBroken, pack, unpack
from sad.trust.receipt_check import AROUND, BadKeys, NotGenuine, check_receipt, fingerprint, read_keys, told
from sad.trust.signing import new_receipt_key, sign_receipt
from tests.domain.test_generated_input import by_hundreds

SEAL_KEY = b"a-seal-key-for-tests-only-0123456789"
SIGNS = 'aZé"\\/\n\r\t\b\f\0\x1f\x7f\u2028\u00a0\U0001f35e{}[]:,0'
BLOCK = 512
ODD = (b"\0", b"\xff", b"\\ud800", b"1e9", b"[" * 3000, b"9" * 5000, b"NaN", b'"', b"{}", b"null")


@by_hundreds
def check_canonical(drawn: random.Random) -> None:
    """One spelling whatever the order of the keys, the one of a second writer, and read back the same."""
    value = {f"{rank}{_text(drawn)}": _value(drawn, 3) for rank in range(drawn.randint(0, 4))}
    written = canonical_json(value)
    assert written == canonical_json(_shuffled(value, drawn)) == _written(value).encode()
    assert json.loads(written) == value


@by_hundreds
def check_signed(drawn: random.Random) -> None:
    """A signed receipt is genuine as it is, and with spaces around; it is not once a byte was changed, nor under another list."""
    key, keys, others = _keys()
    body = _receipt(drawn)
    signed = sign_receipt(body, key, SEAL_KEY)
    assert check_receipt(signed, keys) == {**body, "key_id": key.key_id} and told(check_receipt(signed, keys))
    altered = _damaged(signed, drawn)
    for file, list_ in ((altered, keys), (signed, others)):
        is_same = list_ is keys and altered.strip(AROUND.encode()) == signed
        try:
            check_receipt(file, list_)
        except NotGenuine:
            assert not is_same
        else:
            assert is_same, file


@by_hundreds
def check_list_of_keys(drawn: random.Random) -> None:
    """A published list that was damaged gives the same keys, or is refused."""
    key, keys, _ = _keys()
    try:
        found = read_keys(_damaged(_published(key), drawn))
    except BadKeys:
        return
    assert all(fingerprint(public) == name for name, public in found.items()) and set(found) <= set(keys)


@by_hundreds
def check_envelope(drawn: random.Random) -> None:
    """An envelope says its size by steps of 64 KiB only, and is read back whole; damaged, it is read or refused, never anything else."""
    files = tuple(EnvelopeFile(_text(drawn), _text(drawn), drawn.randbytes(drawn.randrange(3000))) for _ in range(drawn.randint(0, 3)))
    content = canonical_json({_text(drawn): _value(drawn, 2)})
    envelope = Envelope(drawn.randrange(2**40), drawn.randrange(2**40), _text(drawn), drawn.randbytes(32), content, files)
    packed = pack(envelope)
    assert unpack(packed) == envelope and len(packed) % STEP == 0
    try:
        found = unpack(_damaged_archive(packed, drawn))
    except SealBroken:
        return
    assert isinstance(found, Envelope) and all(isinstance(file.body, bytes) for file in found.files)


CHECKS = (check_canonical, check_signed, check_list_of_keys, check_envelope)


@functools.cache
def _keys():
    """A key, the list that holds it and the list that holds another."""
    key, other = new_receipt_key(SEAL_KEY), new_receipt_key(SEAL_KEY)
    return key, read_keys(_published(key)), read_keys(_published(other))


def _published(key) -> bytes:
    return canonical_json({"format": "sad-receipt-keys/1", "keys": [{"key_id": key.key_id, "public_key": key.public.hex(), "until": None}]})


def _receipt(drawn: random.Random) -> dict:
    words = {name: _text(drawn) for name in ("depositor", "buyer", "title", "object", "received_at", "closes_at", "deposit_id")}
    documents = [{"name": _text(drawn), "size": drawn.randrange(10**8), "salted_sha256": "0" * 64} for _ in range(drawn.randint(0, 3))]
    journal = {"seq": drawn.randrange(10**9), "hash": "f" * 64}
    return {**words, "documents": documents, "format": "sad-receipt/2", "late": drawn.random() < 0.5, "journal": journal}


def _text(drawn: random.Random) -> str:
    return "".join(drawn.choice(SIGNS) for _ in range(drawn.randint(0, 12)))


def _value(drawn: random.Random, depth: int):
    match drawn.randrange(6 if depth else 4):
        case 0:
            return _text(drawn)
        case 1:
            return drawn.choice((1, -1)) * drawn.randrange(10 ** drawn.randint(1, 30))
        case 2:
            return drawn.random() < 0.5
        case 3:
            return None
        case 4:
            return [_value(drawn, depth - 1) for _ in range(drawn.randint(0, 3))]
        case _:
            return {_text(drawn): _value(drawn, depth - 1) for _ in range(drawn.randint(0, 3))}


def _shuffled(value, drawn: random.Random):
    """The same value, the keys of each mapping in another order."""
    if isinstance(value, dict):
        return {key: _shuffled(value[key], drawn) for key in drawn.sample(list(value), len(value))}
    return [_shuffled(each, drawn) for each in value] if isinstance(value, list) else value


def _written(value) -> str:
    """A second writer, sign by sign."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_written(key)}:{_written(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(_sign(each) for each in value) + '"'
    return {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else str(value)


def _sign(sign: str) -> str:
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
    return named.get(sign, f"\\u{ord(sign):04x}" if ord(sign) < 32 else sign)


def _damaged(body: bytes, drawn: random.Random) -> bytes:
    """A bit turned, some bytes lost, doubled or written over, spaces at an end."""
    changed, at = bytearray(body), drawn.randrange(len(body))
    match drawn.randrange(6):
        case 0:
            changed[at] ^= 1 << drawn.randrange(8)
        case 1:
            del changed[at : at + drawn.randint(1, 30)]
        case 2:
            changed[at:at] = changed[at : at + drawn.randint(1, 30)]
        case 3:
            changed[at : at + 1] = drawn.choice(ODD)
        case 4:
            changed += drawn.choice((b"\n", b" \r\n", b"\0", b"x"))
        case _:
            changed[:0] = drawn.choice((b"\n", b"\t ", b"\xef\xbb\xbf", b"["))
    return bytes(changed)


def _damaged_archive(packed: bytes, drawn: random.Random) -> bytes:
    """Mostly in the headers, with sums made right again, since what is behind a wrong sum is not read."""
    changed = bytearray(_damaged(packed, drawn)) if drawn.random() < 0.5 else bytearray(packed)
    start = BLOCK * drawn.randrange(8)
    if drawn.random() < 0.7 and len(changed) >= start + BLOCK:
        for _ in range(drawn.randint(1, 3)):
            at = start + drawn.choice((drawn.randrange(BLOCK), drawn.randrange(124, 136), 156))
            changed[at] = drawn.choice((0, 0x30, 0x35, 0x4C, 0x53, 0x78, 0x67, 0x80, 0xFF, drawn.randrange(256)))
        changed[start + 148 : start + 156] = b" " * 8
        changed[start + 148 : start + 156] = b"%06o\0 " % sum(changed[start : start + BLOCK])
    return bytes(changed)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_bytes_are_read_back_the_same_or_refused(check, seed):
    check(seed)


def test_a_file_with_holes_is_not_unpacked_since_it_announces_more_than_there_is():
    header = tarfile.TarInfo("content.json")
    header.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[386:410], block[483:495], block[148:156] = b"%011o\0%011o\0" % (0, 0), b"%011o\0" % 10**8, b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    first = pack(Envelope(1, 2, "3", bytes(32), b"{}"))[: 2 * BLOCK]  # what it is bound to, before its content
    with pytest.raises(SealBroken):
        unpack(first + bytes(block) + bytes(2 * BLOCK))

