"""`flask --app app replay`: a decision computed again from its frozen inputs."""

from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy import select

from sad.actions.rankings import latest_ranking
from sad.actions.replays import application_faults, ranking_faults
from sad.cli.context import open_current_database
from sad.cli.output import give_up, print_lines
from sad.db import session
from sad.models.applications import Application
from sad.models.mini_tenders import MiniTender

DIFFERENT = 1

replay = AppGroup("replay", help="Recalcule une décision depuis ce qui a été figé : identique, ou ce qui diffère.")


@replay.command("application")
@click.argument("number")
def application(number: str) -> None:
    """Examine à nouveau la candidature NUMBER (le numéro de l’adresse de sa page) et compare avec ce qui a été décidé."""
    open_current_database()
    found = session.scalar(select(Application).where(Application.id == _id(number)))
    if found is None or found.submitted_at is None:
        give_up(f"Aucune candidature déposée n’a le numéro « {number} ».")
    _answer(application_faults(found), f"candidature {found.id}, {found.frozen_stage().label}")


@replay.command("ranking")
@click.argument("number")
def ranking(number: str) -> None:
    """Calcule à nouveau le dernier classement de la consultation NUMBER (le numéro de l’adresse de sa page) et compare."""
    open_current_database()
    mini_tender = session.scalar(select(MiniTender).where(MiniTender.id == _id(number)))
    found = latest_ranking(mini_tender) if mini_tender else None
    if found is None:
        give_up(f"Aucune consultation classée n’a le numéro « {number} ».")
    _answer(ranking_faults(found), f"classement de la consultation {found.mini_tender_id}, {found.mini_tender.frozen_stage().label}")


def _id(number: str) -> int:
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else 0


def _answer(faults: list[str], about: str) -> NoReturn:
    print_lines(faults or [f"identique : {about}"])
    raise SystemExit(DIFFERENT if faults else 0)
