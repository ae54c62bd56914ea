"""`flask --app app doctor`: does everything that must always be true hold on this database, now?"""

from dataclasses import asdict

import click

from sad import clock
from sad.cli.context import open_current_database, settings_or_exit
from sad.cli.output import print_json, print_lines
from sad.doctor.checkup import examine
from sad.doctor.findings import Finding, Site
from sad.trust.canonical import instant

WRONG = 1


@click.command("doctor")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True, help="json : pour une machine.")
def doctor(shape: str) -> None:
    """Vérifie, sans rien écrire, que la base et les documents tiennent leurs promesses : code 0, sinon 1 et chaque écart."""
    settings = settings_or_exit()
    open_current_database()
    site = Site(settings.data_dir, settings.seal_key, clock.now())
    found = _told_as_json(site) if shape == "json" else _told(site)
    raise SystemExit(WRONG if found else 0)


def _told(site: Site) -> int:
    """Each invariant as soon as it is examined, with what to do where it does not hold; gives the number of findings."""
    total = 0
    for invariant, findings in examine(site):
        count = 0
        for finding in findings:
            print_lines([f"  {_sentence(finding)}"])
            count += 1
        total += count
        print_lines([f"ÉCART  {invariant.words} : {count} à traiter" if count else f"ok     {invariant.words}"])
    print_lines(["Tout tient." if not total else f"{total} écart(s). Ne rien corriger à la main avant d’avoir une copie de la base."])
    return total


def _told_as_json(site: Site) -> int:
    checks = [
        {"name": invariant.name, "words": invariant.words, "findings": [asdict(finding) for finding in findings]}
        for invariant, findings in examine(site)
    ]
    total = sum(len(check["findings"]) for check in checks)
    print_json({"examined_at": instant(site.at), "findings": total, "checks": checks})
    return total


def _sentence(finding: Finding) -> str:
    return f"{finding.about} : {finding.message} → {finding.remedy}"
