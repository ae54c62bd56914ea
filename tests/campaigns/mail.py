"""A mail server that is slow, refuses, or dies after accepting, and a sender that dies at any moment: `make campaigns`.

None is lost, at most one duplicate for each crash, never two recipients in one mail. Each seed is a hundred letters and five crashes
of the sender, killed as the system kills. All share one database, and the certificates that are read once: nobody here speaks TLS.
What decides: the claims, the sender, the transport, the rows.
"""

import dataclasses
import functools
import itertools
import random
import socketserver
import ssl
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes, policy
from unittest.mock import patch

from flask import Flask
from sqlalchemy import select

from sad import clock, db, mail
from sad.actions.deliveries import LONGEST_WAIT
from sad.actions.letters import post_letter
from sad.jobs.letters import deliver_letters
from sad.jobs.turn import Turn
from sad.letters.text import LetterText
from sad.models.letters import Letter
from sad.settings import Settings
from tests.campaigns.dying import die_during
from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.campaigns.sites import ENGINES, bound, on

HELD = (
    "sad/mail.py", "sad/jobs/letters.py", "sad/actions/deliveries.py", "sad/actions/letters.py", "sad/models/letters.py", "sad/db.py",
    "sad/letters/messages.py", "tests/campaigns/mail.py", "tests/campaigns/dying.py",
)  # fmt: skip
LETTERS, CRASHES = 100, 5
SEEDS = {"sqlite": 160, "postgresql": 40}  # 20,000 letters and 1,000 crashes in all
WRITTEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOST_ROUNDS = 400
LAST_POINT = 30  # of the first letters of a round: each has six at which its sender may die
TIMEOUT = 1.0  # seconds after which the sender of this campaign gives a silent server up
SILENCE = 1.3


class Postman(socketserver.StreamRequestHandler):
    """A server of a few words, whose humour is drawn for each command; what it accepted is kept before it says so."""

    server: "PostOffice"

    def handle(self) -> None:
        self.recipients: list[str] = []
        self.say("220 here")
        try:
            while (line := self.rfile.readline().decode().strip()) and self.obey(line):
                pass
        except OSError:
            return

    def obey(self, line: str) -> bool:
        verb, drawn = line[:4].upper(), self.server.drawn
        if verb == "QUIT":
            return False
        if verb == "RCPT":
            return self.recipient(line)
        if verb == "DATA":
            return self.data()
        if verb == "MAIL":
            self.recipients = []
            if drawn.random() < self.server.trouble / 4:
                return self.say("451 try later")
        return self.say("250 here" if verb != "EHLO" else "250 SIZE")

    def recipient(self, line: str) -> bool:
        if self.server.drawn.random() < self.server.trouble / 4:
            return self.say(self.server.drawn.choice(("450 mailbox busy", "550 no such mailbox")))
        self.recipients.append(line.partition("<")[2].partition(">")[0])
        return self.say("250 known")

    def data(self) -> bool:
        self.say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        body = b"".join(itertools.takewhile(bool, lines))
        humour = self.server.drawn.random() / self.server.trouble if self.server.trouble else 1
        if humour < 0.15:
            return self.say("452 full")
        self.server.keep(self.recipients, body)
        if humour < 0.3:  # accepted, and the line falls before it is said
            self.server.unsaid += 1
            return False
        if humour < 0.31:  # accepted, and said too late
            self.server.unsaid += 1
            time.sleep(SILENCE)
        return self.say("250 taken")

    def say(self, words: str) -> bool:
        self.wfile.write(f"{words}\r\n".encode())
        return True


class PostOffice(socketserver.ThreadingTCPServer):
    """The server on a free port; `trouble` says how often it misbehaves, from 0 to 1."""

    daemon_threads, allow_reuse_address, block_on_close = True, True, False

    def __init__(self, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), Postman)
        self.drawn, self.trouble, self.unsaid = random.Random(seed), 0.5, 0
        self.accepted: list[tuple[tuple[str, ...], str, str]] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def keep(self, recipients: list[str], body: bytes) -> None:
        message = message_from_bytes(body, policy=policy.default)
        told = ",".join(each.addr_spec for header in ("To", "Cc", "Bcc") for each in getattr(message[header], "addresses", ()))
        self.accepted.append((tuple(recipients), told, str(message["Message-ID"])))


def check_letters(app: Flask, seed: int, *, letters: int = LETTERS, crashes: int = CRASHES) -> None:
    """So many letters to as many people, until all have left; the sender is killed so many times on the way."""
    office, drawn = PostOffice(seed), random.Random(seed)
    expected = _posted(seed, letters)
    impatient = functools.partial(mail.SmtpTransport, timeout=TIMEOUT)
    try:
        with patch.object(mail, "SmtpTransport", impatient), patch.object(ssl, "create_default_context", _certificates):
            _send_all(app, dataclasses.replace(app.settings, smtp_url=office.url), drawn, crashes)
    finally:
        office.shutdown()
        office.server_close()
    taken = Counter(message_id for _, _, message_id in office.accepted)
    assert set(taken) == set(expected), "every letter, and nothing else"
    for recipients, told, message_id in office.accepted:
        assert recipients == (expected[message_id],) == (told,), f"{message_id} went to {recipients}, to {told}"
    # A mail that the server took without saying so leaves again: that death is the server's, counted beside those of the sender.
    twice = sum(taken.values()) - len(taken)
    assert twice <= crashes + office.unsaid, f"{twice} duplicates for {crashes} deaths of the sender and {office.unsaid} of the server"


_certificates = functools.cache(ssl.create_default_context)


def _posted(seed: int, letters: int) -> dict[str, str]:
    """To whom each goes, by the identifier of its mail."""
    with db.transaction():
        text = LetterText("admitted", "Vous êtes admis", "Bonjour,\n")
        made = [post_letter(text, to=("Marie", f"s{seed}-{number}@ferme.example"), at=WRITTEN) for number in range(letters)]
    expected = {letter.message_id: letter.to_email for letter in made}
    db.session.remove()
    return expected


def _send_all(app: Flask, settings: Settings, drawn: random.Random, crashes: int) -> None:
    """The scheduler's rounds, six hours apart, so that whatever waits is due at each."""
    at, left = WRITTEN, crashes
    for _ in range(MOST_ROUNDS):
        at += LONGEST_WAIT
        with clock.frozen(at):
            turn = Turn(settings, at)
            if left:
                death = die_during(lambda turn=turn: str(deliver_letters(turn)), app.engine, drawn.randrange(LAST_POINT))
                left -= death.answer is None
            else:
                deliver_letters(turn)
        db.session.remove()
        if not left and not db.session.scalars(select(Letter.id).where(Letter.sent_at.is_(None)).limit(1)).all():
            return
    raise AssertionError("letters are left, or the sender would not die")


def _letters(engine: str) -> Campaign:
    return Campaign(on(engine, lambda seed: check_letters(bound(engine), seed)), SEEDS[engine], worth=LETTERS, batch=4)


CAMPAIGNS = {f"courriers, cinq morts de l’expéditeur par centaine ({name})": _letters(engine) for engine, name in ENGINES.items()}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "mail.json", fingerprint(HELD)))
