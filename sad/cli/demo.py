"""`flask --app app demo`: a living system to look at, and the two processes that serve it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import replace

import click
from sqlalchemy import Engine

from sad import clock, db, migrations
from sad.cli.context import settings_or_exit
from sad.demo.data import demo_agents, demo_organisation, demo_password, demo_services, demo_suppliers
from sad.demo.loading import is_alone, is_loaded, load
from sad.settings import ROOT, Settings

STEPS = 210  # about how many, for the progress shown


@click.command("demo")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port de l’adresse locale.")
@click.option("--no-serve", is_flag=True, help="Charge les données sans servir les pages.")
@click.option("--reset", is_flag=True, help="Efface d’abord les données de démonstration.")
def demo(port: int, no_serve: bool, reset: bool) -> None:
    """Charge la démonstration (une seule fois) et la sert, avec son planificateur, jusqu’à Ctrl-C."""
    settings = settings_or_exit()
    if settings.is_production:
        raise click.ClickException("La démonstration ne se charge pas en production : mettre SAD_ENV=development.")
    if not no_serve:
        _check_port(port)
    if "SAD_BASE_URL" not in os.environ:
        settings = replace(settings, base_url=f"http://localhost:{port}")
    engine = db.bind(settings.database_url)
    migrations.upgrade(engine)
    if reset:
        _reset(engine, settings)
    _load(settings)
    engine.dispose()
    _print_accounts(settings.base_url)
    if not no_serve:
        _serve(port, settings.base_url)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(f"Le port {port} est déjà pris. En choisir un autre : make demo PORT={port + 1}") from error


def _reset(engine: Engine, settings: Settings) -> None:
    if not is_alone():
        raise click.ClickException("Cette base contient une autre collectivité que celle de la démonstration : rien n’est effacé.")
    db.session.remove()
    migrations.downgrade(engine, "base")
    migrations.upgrade(engine)
    for folder in ("documents", "outbox", "spool"):
        shutil.rmtree(settings.data_dir / folder, ignore_errors=True)


def _load(settings: Settings) -> None:
    if is_loaded():
        click.echo("La démonstration est déjà chargée : rien ne change.", err=True)
        db.session.remove()
        return
    db.session.remove()
    click.echo("La démonstration joue onze mois d’un système…", err=True)
    with click.progressbar(length=STEPS, label="Actes joués", file=sys.stderr) as bar:
        load(settings, now=clock.now(), told=lambda _count: bar.update(1))


def _print_accounts(base_url: str) -> None:
    services, suppliers = demo_services(), demo_suppliers()
    click.echo(f"\n{demo_organisation()['name']}\nMot de passe de tous les comptes : {demo_password()}\n")
    for agent in demo_agents():
        click.echo(f"  {agent.email:<50} {agent.name}, {agent.title}")
    click.echo(f"  {services[0].email:<50} {services[0].requester}, agent : {services[0].service}")
    click.echo(f"  {services[3].email:<50} {services[3].requester}, agent : {services[3].service}")
    for supplier in (suppliers[3], suppliers[5], suppliers[10]):
        click.echo(f"  {supplier.email:<50} {supplier.contact}, {supplier.name}")
    click.echo(f"\nPages : {base_url}\nCourrier : {base_url}/demo/courrier\n")


def _serve(port: int, base_url: str) -> None:
    """The web server and the scheduler; Ctrl-C or SIGTERM stops both, and when one stops so does the other."""
    environment = {**os.environ, "SAD_BASE_URL": base_url}
    web = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4", "--log-level", "warning"]
    web += ["--no-control-socket"]
    commands = ([*web, "app:app"], [sys.executable, "-m", "flask", "--app", "app", "scheduler"])
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment) for command in commands]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        os.wait()
    except KeyboardInterrupt:
        click.echo("\nArrêt.", err=True)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=15)
