"""Whatever is done to a journal is found, with its place and its kind: some drawn tamperings here, all of them in the campaign."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from sad.trust.chain import GENESIS, ORIGIN, Damage, Entry, Head, verify
from tests.factories.chains import drawn_journal, drawn_line, rechained, rehashed

SHORT = 1500
TEXTS = ("actor", "action", "object", "body_commit", "prev_hash", "hash")
# What was done, the first line that is bad for it, and the damage to be said of it.
Done = tuple[list[Entry], int, Damage]


def head_of(lines: list[Entry]) -> Head:
    return Head(lines[-1].seq, lines[-1].hash) if lines else ORIGIN


def other_text(draw: Random, text: str) -> str:
    """One sign changed, added or taken away."""
    place = draw.randrange(len(text))
    changed = chr(ord(text[place]) ^ (1 << draw.randrange(4)))
    return draw.choice((text[:place] + changed + text[place + 1 :], text + "0", text[:place] + text[place + 1 :]))


def other_bytes(draw: Random, body: bytes) -> bytes:
    """One bit changed, a byte added or taken away."""
    place = draw.randrange(len(body))
    changed = body[:place] + bytes([body[place] ^ (1 << draw.randrange(8))]) + body[place + 1 :]
    return draw.choice((changed, body + b" ", body[:-1]))


def alter_text(draw: Random, lines: list[Entry]) -> Done:
    place, name = draw.randrange(len(lines)), draw.choice(TEXTS)
    lines[place] = replace(lines[place], **{name: other_text(draw, getattr(lines[place], name))})
    return lines, place + 1, Damage.ALTERED


def alter_instant(draw: Random, lines: list[Entry]) -> Done:
    place = draw.randrange(len(lines))
    lines[place] = replace(lines[place], at=lines[place].at + timedelta(microseconds=draw.choice((-1, 1)) * draw.randint(1, 10**9)))
    return lines, place + 1, Damage.ALTERED


def alter_and_hash_again(draw: Random, lines: list[Entry]) -> Done:
    """One line only: the next one, or the head kept elsewhere for the last, still holds the hash of before."""
    place = draw.randrange(len(lines))
    lines[place] = rehashed(replace(lines[place], actor=other_text(draw, lines[place].actor)))
    is_last = place == len(lines) - 1
    return lines, place + (1 if is_last else 2), Damage.REWRITTEN if is_last else Damage.BROKEN_LINK


def relink(draw: Random, lines: list[Entry]) -> Done:
    """A line that claims to follow another one than the line before it."""
    place = draw.randrange(len(lines))
    lines[place] = rehashed(replace(lines[place], prev_hash=other_text(draw, lines[place].prev_hash)))
    return lines, place + 1, Damage.BROKEN_LINK


def alter_body(draw: Random, lines: list[Entry]) -> Done:
    place, name = draw.randrange(len(lines)), draw.choice(("salt", "body"))
    kept = getattr(lines[place], name)
    lines[place] = replace(lines[place], **{name: b"{}" if kept is None else draw.choice((other_bytes(draw, kept), None))})
    return lines, place + 1, Damage.BODY


def swap_bodies(draw: Random, lines: list[Entry]) -> Done:
    """The whole content of a line under another: its own salt does not prove it there."""
    place, stranger = draw.randrange(len(lines)), drawn_line(draw, 1)
    lines[place] = replace(lines[place], salt=stranger.salt, body=stranger.body)
    return lines, place + 1, Damage.BODY


def pass_bytes(draw: Random, lines: list[Entry]) -> Done:
    """The end of a salt passed to the beginning of its body."""
    place, count = draw.randrange(len(lines)), draw.randint(1, 31)
    salt, body = lines[place].salt or draw.randbytes(32), lines[place].body or b"{}"
    lines[place] = replace(lines[place], salt=salt[:-count], body=salt[-count:] + body)
    return lines, place + 1, Damage.BODY


def take_away(draw: Random, lines: list[Entry]) -> Done:
    first = draw.randrange(len(lines))
    last = draw.randint(first, len(lines) - 1)
    return lines[:first] + lines[last + 1 :], first + 1, Damage.CUT if last == len(lines) - 1 else Damage.MISSING


def move(draw: Random, lines: list[Entry]) -> Done:
    """A line read out of its order, or read twice."""
    place, to = draw.randrange(len(lines)), draw.randrange(len(lines))
    rest = list(lines) if place == to else lines[:place] + lines[place + 1 :]
    moved = [*rest[:to], lines[place], *rest[to:]]
    return moved, next(line.seq for seq, line in enumerate(moved, start=1) if line.seq != seq), Damage.DISORDER


def slip_in(draw: Random, lines: list[Entry]) -> Done:
    """A line of one's own, well linked and well hashed, the numbers of the others pushed on: they no longer say what they did."""
    place = draw.randrange(len(lines))
    before = head_of(lines[:place])
    (own,) = rechained([drawn_line(draw, 1)], before)
    pushed = [replace(line, seq=line.seq + 1) for line in lines[place:]]
    is_last = place == len(lines) - 1  # then it bears the number of the head kept elsewhere
    return [*lines[:place], own, *pushed], place + (1 if is_last else 2), Damage.REWRITTEN if is_last else Damage.ALTERED


TAMPERINGS: tuple[Callable[[Random, list[Entry]], Done], ...] = (
    alter_text, alter_instant, alter_and_hash_again, relink, alter_body, swap_bodies, pass_bytes, take_away, move, slip_in,
)  # fmt: skip


def check_a_tampering(seed: int) -> None:
    """A drawn journal is sound; the tampering of this seed is found where it is, and called what it is."""
    draw = Random(seed)
    journal = drawn_journal(draw)
    known = [head_of(journal)]
    sound = verify(journal, known_heads=known)
    assert sound.is_sound and sound.head == known[0], (seed, str(sound))
    tamper = TAMPERINGS[seed % len(TAMPERINGS)]
    lines, place, damage = tamper(draw, list(journal))
    report = verify(lines, known_heads=known)
    assert (report.first_bad_seq, report.damage) == (place, damage), (seed, tamper.__name__, str(report))


def check_a_chain_recomputed(seed: int) -> None:
    """All is written anew from some line on: the chain is sound by itself, and a head kept elsewhere denounces it."""
    draw = Random(f"recomputed {seed}")
    journal = drawn_journal(draw)
    place = draw.randrange(len(journal))
    kept = [Head(line.seq, line.hash) for line in draw.sample(journal[place:], k=draw.randint(1, len(journal) - place))]
    forged = _written_anew(draw, journal, place)
    assert verify(forged).is_sound, seed
    before = [Head(line.seq, line.hash) for line in journal[:place]]
    assert verify(forged, known_heads=before).is_sound, (seed, "a head of before the change is of no help")
    report = verify(forged, known_heads=[*kept, *before])
    first = min(head.seq for head in kept)
    assert report.first_bad_seq == min(first, len(forged) + 1), (seed, str(report))
    assert report.damage is (Damage.REWRITTEN if first <= len(forged) else Damage.CUT), (seed, str(report))


def _written_anew(draw: Random, journal: list[Entry], place: int) -> list[Entry]:
    """Changed, without a line, with one more, or with an end of another making, everything after hashed again."""
    changed = replace(journal[place], actor=other_text(draw, journal[place].actor))
    others = [drawn_line(draw, 1) for _ in range(draw.randrange(5))]
    rest = draw.choice(([changed, *journal[place + 1 :]], journal[place + 1 :], [drawn_line(draw, 1), *journal[place:]], others))
    return journal[:place] + rechained(rest, head_of(journal[:place]))


def test_every_kind_of_tampering_is_found_where_it_is():
    for seed in range(SHORT):
        check_a_tampering(seed)


def test_a_chain_recomputed_is_found_by_a_head_kept_elsewhere():
    for seed in range(SHORT // 5):
        check_a_chain_recomputed(seed)


def test_the_first_line_follows_nothing():
    (line,) = rechained([drawn_line(Random(0), 1)])
    assert line.prev_hash == GENESIS and verify([line]).is_sound
