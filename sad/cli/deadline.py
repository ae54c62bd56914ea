"""`flask --app app deadline`: the end of a legal period, without database, key or setting."""

import re
from datetime import date
from typing import NoReturn

import click

from sad.domain.calendar import KINDS, Kind, earliest_deadline, last_day
from sad.domain.errors import Refused

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAYS = re.compile(r"[+-]?[0-9]+")
_MOST_DIGITS = 9


@click.command("deadline")
@click.option("--from", "start", metavar="DATE", help="Jour de l’envoi ou de l’événement, année-mois-jour\u00a0; il ne compte pas.")
@click.option("--days", metavar="N", help="Durée du délai, en jours.")
@click.option("--kind", default="calendar", show_default=True, metavar="|".join(KINDS), help="Jours calendaires, ouvrés (UE), ouvrables.")
def deadline(start: str | None, days: str | None, kind: Kind) -> None:
    """Dernier jour d’un délai, et premier instant où fixer la date limite."""
    faults = [*_start_faults(start), *_days_faults(days), *_kind_faults(kind)]
    if faults or start is None or days is None:
        _give_up(faults)
    try:
        last = last_day(date.fromisoformat(start), int(days), kind)
        earliest = earliest_deadline(date.fromisoformat(start), int(days), kind)
    except Refused as refused:
        _give_up(list(map(str, refused.refusals)))
    click.echo(f"last_day {last.isoformat()}")
    click.echo(f"earliest {earliest:%Y-%m-%dT%H:%M} Europe/Paris")


def _start_faults(start: str | None) -> list[str]:
    example = "par exemple --from 2026-12-15"
    if start is None:
        return [f"--from manque\u00a0: donner le jour de l’envoi, {example}."]
    try:
        if not _DATE.fullmatch(start):
            raise ValueError
        date.fromisoformat(start)
    except ValueError:
        return [f"--from\u00a0: «\u00a0{start}\u00a0» n’est pas une date. Écrire année-mois-jour, {example}."]
    return []


def _days_faults(days: str | None) -> list[str]:
    if days is None:
        return ["--days manque\u00a0: donner un nombre de jours, par exemple --days 10."]
    if not _DAYS.fullmatch(days):
        return [f"--days\u00a0: «\u00a0{days}\u00a0» n’est pas un nombre de jours. Écrire un entier, par exemple --days 10."]
    if len(days) > _MOST_DIGITS:
        return ["--days\u00a0: ce délai est trop long."]
    return []


def _kind_faults(kind: str) -> list[str]:
    return [] if kind in KINDS else [f"--kind\u00a0: «\u00a0{kind}\u00a0» est inconnu. Choisir parmi {', '.join(KINDS)}."]


def _give_up(faults: list[str]) -> NoReturn:
    for fault in faults:
        click.echo(fault, err=True)
    raise SystemExit(2)
