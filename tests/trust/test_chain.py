"""The journal's chain: whatever is done to it is found, and erasing a person is not damage."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sad.trust.canonical import canonical_json
from sad.trust.chain import GENESIS, ORIGIN, Damage, Entry, Head, body_commit, verify
from tests.factories.chains import rechained, rehashed

DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def journal(length: int) -> list[Entry]:
    """A sound journal."""
    lines: list[Entry] = []
    for seq in range(1, length + 1):
        salt, body = bytes([seq]) * 32, canonical_json({"name": f"Ferme n° {seq}"})
        line = Entry(
            seq=seq,
            prev_hash=lines[-1].hash if lines else GENESIS,
            at=DAY + timedelta(minutes=seq),
            actor=f"person:{seq % 3}",
            action="submit_offer",
            object=f"offers:{seq}",
            body_commit=body_commit(salt, body),
            hash="",
            salt=salt,
            body=body,
        )
        lines.append(rehashed(line))
    return lines


JOURNAL = journal(12)
HEAD = Head(12, JOURNAL[-1].hash)
positions = st.integers(0, len(JOURNAL) - 1)


def test_a_sound_journal_is_said_to_be_sound():
    report = verify(JOURNAL, known_heads=[HEAD, Head(5, JOURNAL[4].hash)])
    assert report.is_sound
    assert (report.head, report.erased, report.first_bad_seq) == (HEAD, 0, None)
    assert str(report) == "Le journal est intact jusqu’à la ligne 12 (0 contenus effacés)."


def test_an_empty_journal_is_sound():
    assert verify([]).head == ORIGIN


def test_a_journal_can_be_read_on_from_a_known_head():
    assert verify(JOURNAL[5:], after=Head(5, JOURNAL[4].hash)).is_sound
    assert verify(JOURNAL[5:], after=Head(5, GENESIS)).damage is Damage.BROKEN_LINK


@given(st.sets(positions))
def test_erasing_bodies_leaves_the_chain_valid(erased):
    lines = [replace(line, salt=None, body=None) if place in erased else line for place, line in enumerate(JOURNAL)]
    report = verify(lines, known_heads=[HEAD])
    assert report.is_sound
    assert report.erased == len(erased)


def _mutate(value, data):
    if isinstance(value, int):
        return data.draw(st.integers(0, 20).filter(lambda other: other != value))
    if isinstance(value, datetime):
        return value + timedelta(microseconds=data.draw(st.integers(-9, 9).filter(bool)))
    if isinstance(value, bytes):
        place = data.draw(st.integers(0, len(value) - 1))
        return data.draw(st.sampled_from([value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :], value[:-1], value + b"x", None]))
    place = data.draw(st.integers(0, len(value) - 1))
    return value[:place] + ("a" if value[place] != "a" else "b") + value[place + 1 :]


@settings(max_examples=500)
@given(st.data())
def test_any_field_changed_in_any_line_is_found(data):
    place, field = data.draw(positions), data.draw(st.sampled_from([field.name for field in fields(Entry)]))
    lines = list(JOURNAL)
    lines[place] = replace(lines[place], **{field: _mutate(getattr(lines[place], field), data)})
    report = verify(lines, known_heads=[HEAD])
    assert not report.is_sound
    if field != "seq":
        assert report.first_bad_seq == place + 1
        assert report.damage is (Damage.BODY if field in ("salt", "body") else Damage.ALTERED)


@given(positions, st.sampled_from(["at", "actor", "action", "object", "body_commit", "prev_hash"]), st.data())
def test_a_line_changed_and_hashed_again_is_found(place, field, data):
    lines = list(JOURNAL)
    lines[place] = rehashed(replace(lines[place], **{field: _mutate(getattr(lines[place], field), data)}))
    assert not verify(lines, known_heads=[HEAD]).is_sound


@given(positions, st.sampled_from(["at", "actor", "action", "object"]), st.data())
def test_a_line_changed_and_everything_after_recomputed_is_found_by_a_head_kept_elsewhere(place, field, data):
    lines = list(JOURNAL)
    lines[place] = replace(lines[place], **{field: _mutate(getattr(lines[place], field), data)})
    lines = rechained(lines)
    assert verify(lines).is_sound
    report = verify(lines, known_heads=[HEAD])
    assert (report.first_bad_seq, report.damage) == (12, Damage.REWRITTEN)


@given(st.sets(positions, min_size=1))
def test_lines_taken_away_are_found(missing):
    lines = [line for place, line in enumerate(JOURNAL) if place not in missing]
    report = verify(lines, known_heads=[HEAD])
    damage = Damage.CUT if len(JOURNAL) - min(missing) == len(missing) else Damage.MISSING
    assert (report.first_bad_seq, report.damage) == (min(missing) + 1, damage)


@given(st.permutations(JOURNAL).filter(lambda lines: lines != JOURNAL))
def test_lines_in_another_order_are_found(lines):
    report = verify(lines)
    first = next(line for line, sound in zip(lines, JOURNAL, strict=True) if line != sound)
    assert (report.first_bad_seq, report.damage) == (first.seq, Damage.DISORDER)


@given(positions)
def test_a_line_said_twice_is_found(place):
    report = verify([*JOURNAL[: place + 1], JOURNAL[place], *JOURNAL[place + 1 :]])
    assert (report.first_bad_seq, report.damage) == (place + 1, Damage.DISORDER)


@given(positions, st.integers(1, 31))
def test_a_byte_passed_from_the_salt_to_the_body_is_found(place, count):
    line = JOURNAL[place]
    lines = list(JOURNAL)
    lines[place] = replace(line, salt=line.salt[:-count], body=line.salt[-count:] + line.body)
    assert verify(lines).damage is Damage.BODY


@pytest.mark.parametrize("kept", [{"salt": None}, {"body": None}])
def test_half_an_erasure_is_damage(kept):
    report = verify([replace(JOURNAL[0], **kept), *JOURNAL[1:]])
    assert (report.first_bad_seq, report.damage) == (1, Damage.BODY)
    assert str(report) == "Le journal est abîmé à la ligne 1 : contenu différent de celui sur lequel la ligne s’est engagée."


def test_two_copies_kept_elsewhere_that_disagree_are_damage():
    report = verify(JOURNAL, known_heads=[Head(3, JOURNAL[2].hash), Head(3, GENESIS)])
    assert (report.first_bad_seq, report.damage) == (3, Damage.REWRITTEN)


def test_the_same_instant_in_another_time_zone_has_the_same_hash():
    line = JOURNAL[0]
    abroad = replace(line, at=line.at.astimezone())
    assert verify([abroad, *JOURNAL[1:]]).is_sound
