"""`flask --app app administrator`: the first account of a new instance, which opens all the others."""

import click
from email_validator import EmailNotValidError, validate_email

from sad import clock
from sad.actions.people import invite_first_administrator
from sad.cli.context import open_current_database, settings_or_exit
from sad.db import transaction
from sad.domain.errors import Refused

PASSWORD_PAGE = "/compte/nouveau-mot-de-passe/"


@click.command("administrator")
@click.argument("email")
@click.option("--name", default="Administrateur", show_default=True, help="Prénom et nom.")
def administrator(email: str, name: str) -> None:
    """Ouvre le compte du premier administrateur de l’instance, et affiche le lien où il choisit son mot de passe."""
    settings = settings_or_exit()
    open_current_database()
    links: list[str] = []

    def link(token: str) -> str:
        links.append(f"{settings.base_url}{PASSWORD_PAGE}{token}")
        return links[-1]

    try:
        address = validate_email(email, check_deliverability=False).normalized
        with transaction():
            invite_first_administrator(name=name, email=address, link=link, at=clock.now())
    except EmailNotValidError:
        raise click.ClickException(f"«\u00a0{email}\u00a0» n’est pas une adresse e-mail complète.") from None
    except Refused as refused:
        raise click.ClickException(" ".join(map(str, refused.refusals))) from None
    click.echo(links[-1])
