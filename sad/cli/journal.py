"""`flask --app app journal`: verify the journal, list the heads that were published."""

import re
from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from sad.actions.journal_checks import heads_published_since, line_of_hash, verify_journal
from sad.cli.context import open_current_database
from sad.cli.output import give_up, print_lines
from sad.trust.canonical import instant
from sad.trust.chain import Head

DAMAGED = 1
HEAD = re.compile(r"(?:(\d{1,9}):)?([0-9a-f]{64})")
KEPT = "Lire depuis une empreinte gardée ailleurs (accusé, courriel, page publique) : EMPREINTE ou LIGNE:EMPREINTE."

journal = AppGroup("journal", help="Le journal des actes : vérifier qu’il est intact, lister ses empreintes publiées.")


@journal.command("verify")
@click.option("--from", "kept", metavar="HEAD", help=KEPT)
def verify(kept: str | None) -> None:
    """Dit si le journal est intact, ou sa première ligne abîmée et le dommage : code 0, sinon 1."""
    head = _wanted(kept) if kept else None
    open_current_database()
    report = verify_journal(_found(head) if head else None)
    print_lines([str(report)])
    raise SystemExit(0 if report.is_sound else DAMAGED)


@journal.command("heads")
def heads() -> None:
    """Liste les empreintes publiées : l’instant, l’occasion, la ligne et l’empreinte, à garder ailleurs."""
    open_current_database()
    found = heads_published_since(datetime.min.replace(tzinfo=UTC))
    print_lines([f"{instant(each.at)} {each.occasion} {each.seq}:{each.hash}" for each in found])


def _wanted(kept: str) -> tuple[int | None, str]:
    read = HEAD.fullmatch(kept.strip().lower())
    if read is None:
        give_up(f"« {kept} » n’est pas une empreinte : il faut 64 signes de 0 à f, précédés au besoin du numéro de ligne et de « : ».")
    return (int(read[1]) if read[1] else None), read[2]


def _found(wanted: tuple[int | None, str]) -> Head:
    """The line of a head; ends the command when no line has this hash and nobody says which one had it."""
    seq, hash = wanted
    seq = seq if seq is not None else line_of_hash(hash)
    if seq is None:
        print_lines(["Aucune ligne du journal n’a cette empreinte : depuis qu’elle a été gardée, il a été réécrit ou sa fin a été coupée."])
        raise SystemExit(DAMAGED)
    return Head(seq, hash)
