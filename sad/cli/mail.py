"""`flask --app app mail`: what the mail server has to tell."""

from typing import BinaryIO

import click

from sad import clock
from sad.actions.bounces import letter_of_mail, record_bounce
from sad.cli.context import open_current_database
from sad.db import transaction
from sad.mail import read_bounces


@click.group("mail")
def mail() -> None:
    """Le courrier qui revient."""


@mail.command("bounce")
@click.argument("file", type=click.File("rb"))
def bounce(file: BinaryIO) -> None:
    """Note qu’un courrier est revenu, d’après l’avis de non-remise (RFC 3464) du serveur de courrier ; « - » le lit sur l’entrée."""
    open_current_database()
    notices = read_bounces(file.read())
    if not notices:
        raise click.ClickException("Ce n’est pas un avis de non-remise définitif qui cite le courrier revenu\u00a0: rien n’est noté.")
    for message_id, reason in notices:
        with transaction():
            letter = letter_of_mail(message_id)
            if letter is not None:
                record_bounce(letter, reason, by=None, at=clock.now())
        click.echo(f"{message_id}\u00a0: {'noté' if letter else 'courrier inconnu'}")
