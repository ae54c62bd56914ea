"""The search that the canaries rest on finds each way of writing, and one story of twenty moments, on the engine of the run."""

import base64
import gzip
import io
import json
import logging
import zipfile
import zlib
from decimal import Decimal
from unittest import mock

import pytest

from sad.db import session, transaction
from sad.models.organisations import Organisation
from sad.trust import sealing
from tests.campaigns.canaries import check_canaries
from tests.campaigns.searching import BLOCK, Searcher, found_in, ways_of, ways_of_amount
from tests.factories.organisations import make_organisation

SECRET = "Chocolatines d’Isigny"
AMOUNT = Decimal("482713.65")


def zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", content)
    return made.getvalue()


WRAPPINGS = {
    "plain": bytes,
    "utf16": lambda content: content.decode().encode("utf-16"),
    "hexadecimal": lambda content: content.hex().encode(),
    "base64": base64.b64encode,
    "base64, one byte before": lambda content: base64.b64encode(b"a" + content),
    "base64, two bytes before": lambda content: base64.b64encode(b"ab" + content + b"c"),
    "base64 for addresses": lambda content: base64.urlsafe_b64encode(b"?>" + content),
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "zip": zipped,
    "zlib at the end of much else": lambda content: b"\x78\x9c\x00" * 50 + zlib.compress(b"prix : " + content),
    "json": lambda content: json.dumps({"note": content.decode()}).encode(),
}


@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_each_way_of_writing_a_secret_is_found(wrap):
    assert found_in(b"before " + wrap(SECRET.encode()) + b" after", ways_of(SECRET))


@pytest.mark.parametrize(
    "written", ["482713.65", "482713,65", "482 713,65", "482\u00a0713,65", "482\u202f713,65", "48271365"]
)
def test_each_way_of_writing_an_amount_is_found(written):
    for wrap in WRAPPINGS.values():
        assert found_in(wrap(f"prix {written} EUR".encode()), ways_of_amount(AMOUNT)), wrap


def test_another_amount_is_not_found():
    assert not found_in(zlib.compress(b"482713,66 482 713,64 48271366"), ways_of_amount(AMOUNT))


@pytest.mark.own_database
def test_nothing_sealed_is_readable_at_any_of_twenty_moments(app, tmp_path):
    check_canaries(app, 0, tmp_path)


@pytest.mark.own_database
def test_a_line_of_log_that_tells_a_price_is_found(app, tmp_path):
    """Planted: what is sealed goes by a log on its way."""
    keep = sealing._keep

    def leaky(seal_key, purpose, context, plain):
        logging.getLogger("sad").warning("sealing %r", plain)
        return keep(seal_key, purpose, context, plain)

    with mock.patch.object(sealing, "_keep", leaky), pytest.raises(AssertionError, match=r"draft: .*service\.log"):
        check_canaries(app, 1, tmp_path)


@pytest.mark.own_database
def test_a_file_left_behind_is_found(app, database, tmp_path):
    searcher = Searcher(ways_of(SECRET), [tmp_path], database)
    assert searcher.places() == []
    (tmp_path / "left.tmp").write_bytes(zlib.compress(SECRET.encode()))
    assert searcher.places()


@pytest.mark.own_database
def test_what_is_written_in_two_times_across_the_limit_of_a_block_is_found(database, tmp_path):
    """A file is searched where it changed, and what surrounds."""
    left, half, start = tmp_path / "left.tmp", len(SECRET) // 2, b"a" * BLOCK * 3
    left.write_bytes(start[:-half] + SECRET.encode()[:half] + b"?" * BLOCK)
    searcher = Searcher(ways_of(SECRET), [tmp_path], database)
    searcher.pass_over()
    assert searcher.places() == []
    left.write_bytes(start[:-half] + SECRET.encode() + b"?" * BLOCK)
    assert searcher.places() and searcher.places() == []
    searcher.forget()
    assert searcher.places(), "a whole search finds what was found before"


@pytest.mark.own_database
def test_a_row_that_changes_is_searched_again(app, tmp_path):
    (searcher := Searcher(ways_of(SECRET), [tmp_path], app.engine)).pass_over()
    with transaction():
        organisation = make_organisation()
    session.remove()
    assert searcher.places() == []
    with transaction():
        session.get_one(Organisation, organisation.id).name = SECRET
    session.remove()
    assert searcher.places()
