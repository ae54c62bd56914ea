"""`flask --app app scheduler`: the jobs, in a process of their own."""

import click

from sad.cli.context import open_current_database, settings_or_exit
from sad.jobs.lock import AlreadyRunning, only_scheduler
from sad.jobs.runner import LockLost, run, run_once


@click.command("scheduler")
@click.option("--once", is_flag=True, help="Fait tout ce qui est dû, une fois, puis s’arrête.")
def scheduler(once: bool) -> None:
    """Livre le courrier et rappelle les délais, jusqu’à Ctrl-C ou SIGTERM."""
    settings, engine = settings_or_exit(), open_current_database()
    try:
        if once:
            with only_scheduler(engine, settings.data_dir):
                run_once(settings)
        else:
            run(settings, engine)
    except AlreadyRunning:
        raise click.ClickException("Un planificateur tourne déjà sur cette base : celui-ci s’arrête, il en faut un seul.") from None
    except LockLost:
        raise click.ClickException("Le verrou du planificateur est perdu avec sa connexion à la base : relancer la commande.") from None
