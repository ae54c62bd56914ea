"""`flask --app app spool`: what was received while the database did not answer."""

from flask.cli import AppGroup

from sad import clock
from sad import spool as receptions
from sad.cli.context import open_current_database, settings_or_exit
from sad.cli.output import print_lines
from sad.jobs.receptions import LeftWaiting, take_in_receptions
from sad.jobs.turn import Turn

WAITING = 1
ASIDE = "Ce qui ne se vérifie pas se met de côté hors de SAD_DATA_DIR, à la main, et on cherche d’où il vient."

spool = AppGroup("spool", help="Les dépôts reçus pendant une panne de la base : ceux qui attendent, les enregistrer.")


@spool.command("list")
def listed() -> None:
    """Donne ceux qui attendent : code 0 s’il n’y en a pas, sinon 1."""
    waiting = receptions.waiting(settings_or_exit().data_dir)
    print_lines(waiting or ["Aucun dépôt n’attend."])
    raise SystemExit(WAITING if waiting else 0)


@spool.command("ingest")
def ingest() -> None:
    """Enregistre ceux qui attendent, à l’heure de leur réception ; deux fois n’en fait qu’un. Code 1 s’il en reste."""
    settings = settings_or_exit()
    open_current_database()
    try:
        done = take_in_receptions(Turn(settings, clock.now()))
    except LeftWaiting as left:
        print_lines([str(left), ASIDE])
        raise SystemExit(WAITING) from None
    print_lines([f"Dépôts enregistrés : {done}."])
