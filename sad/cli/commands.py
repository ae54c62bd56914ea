"""Every command of `flask --app app`."""

from flask import Flask

from sad.cli.administrator import administrator
from sad.cli.backup import backup, restore
from sad.cli.database import database
from sad.cli.deadline import deadline
from sad.cli.demo import demo
from sad.cli.doctor import doctor
from sad.cli.factor import remove_factor_of
from sad.cli.journal import journal
from sad.cli.mail import mail
from sad.cli.rank import rank_command
from sad.cli.receipt import receipt
from sad.cli.replay import replay
from sad.cli.scheduler import scheduler
from sad.cli.seal import seal
from sad.cli.spool import spool
from sad.cli.stages import stages

COMMANDS = (
    rank_command, deadline, database, scheduler, administrator, remove_factor_of, demo, stages, replay, receipt, journal, doctor, spool,
    backup, restore, seal, mail,
)


def register(app: Flask) -> None:
    """Give the application its commands; each asks for the settings it needs, and only then."""
    for command in COMMANDS:
        app.cli.add_command(command)
