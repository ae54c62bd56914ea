"""`flask --app app remove-factor`: a way back in for an administrator whom no other can help."""

import click

from sad import clock
from sad.actions.accounts import find_person
from sad.actions.second_factors import remove_factor
from sad.cli.context import open_current_database
from sad.db import transaction
from sad.domain.errors import Refused


@click.command("remove-factor")
@click.argument("email")
def remove_factor_of(email: str) -> None:
    """Retire l’application d’un compte dont le téléphone et les codes de secours sont perdus ; la personne en est prévenue."""
    open_current_database()
    person = find_person(email)
    if person is None:
        raise click.ClickException(f"Aucun compte ouvert n’a l’adresse «\u00a0{email}\u00a0».")
    try:
        with transaction():
            remove_factor(person, by=None, at=clock.now())
    except Refused as refused:
        raise click.ClickException(" ".join(map(str, refused.refusals))) from None
    click.echo(f"Le compte {person.email} ne demande plus de code.")
