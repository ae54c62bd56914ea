"""`flask --app app stages`: the stages of a system, compared, played on the admitted suppliers, and what a supplier lacks."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from flask.cli import AppGroup

from sad import clock, parameters
from sad.actions.admitted import admitted_suppliers
from sad.actions.gaps import StageGaps, known_supplier, stage_gaps
from sad.actions.stages import roadmap_of, stages_of
from sad.cli.context import open_current_database
from sad.cli.output import give_up, print_json, print_lines, print_table
from sad.cli.systems import chosen_system
from sad.domain.calendar import paris_day
from sad.domain.comparison import Difference, Kind, differences
from sad.domain.play import AdmittedSupplier, SupplierPlay, competition_warnings, play_suppliers
from sad.domain.requirements import json_safe
from sad.domain.stages import Gap, Stage, in_force_and_coming
from sad.models.stages import Stage as StageRow
from sad.models.systems import PurchasingSystem

STATES = {"past": "passé", "in_force": "en vigueur", "coming": "à venir", "draft": "brouillon"}
KINDS = {
    Kind.ADDED: "ajouté",
    Kind.TIGHTENED: "durci",
    Kind.LOOSENED: "adouci",
    Kind.REMOVED: "retiré",
    Kind.WEIGHS_MORE: "pèse plus",
    Kind.WEIGHS_LESS: "pèse moins",
    Kind.CHANGED: "changé",
    Kind.UNCHANGED: "inchangé",
}

stages = AppGroup("stages", help="Les paliers d’un système : liste, comparaison, essai, écarts d’un fournisseur.")


def about_a_system(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every command here takes."""
    reference = click.option("--system", "reference", metavar="REF", help="Référence du système ; par défaut, le seul qui est ouvert.")
    layout = click.option("--format", "layout", type=click.Choice(["json", "table"]), default="table", show_default=True)
    return reference(layout(command))


@stages.command("list")
@about_a_system
def list_stages(reference: str | None, layout: str) -> None:
    """Les paliers, leurs dates, où ils en sont et leur empreinte."""
    system, at = _opened(reference)
    rows, roadmap = stages_of(system), roadmap_of(system)
    found = [_stage_line(row, roadmap, at) for row in rows]
    if layout == "json":
        print_json({"system": system.reference, "stages": found})
        return
    titles = ["Palier", "Nom", "Annoncé le", "Prend effet le", "État", "Empreinte"]
    shown = ("stage", "label", "announced_on", "effective_on", "state", "fingerprint")
    print_table([titles, *([_shown(each[name]) for name in shown] for each in found)])


@stages.command("compare")
@click.argument("before")
@click.argument("after")
@about_a_system
def compare(before: str, after: str, reference: str | None, layout: str) -> None:
    """Ce qui change, ligne par ligne, du palier BEFORE au palier AFTER."""
    system, _at = _opened(reference)
    first, second = _stage(system, before), _stage(system, after)
    found = differences(first, second)
    if layout == "json":
        print_json({"before": _dated(first), "after": _dated(second), "differences": [_difference(each) for each in found]})
        return
    print_lines([*(f"{each.label}, à partir du {each.effective_on.isoformat()}" for each in (first, second)), ""])
    print_table(
        [["", "Exigence", "Avant", "Après"], *([KINDS[each.kind], each.label, _flat(each.before), _flat(each.after)] for each in found)]
    )


@stages.command("play")
@click.argument("number")
@about_a_system
def play(number: str, reference: str | None, layout: str) -> None:
    """Combien de fournisseurs admis pourraient encore offrir au palier NUMBER, d’après ce que chacun déclare."""
    system, at = _opened(reference)
    stage = _stage(system, number)
    found = play_suppliers(stage, admitted_suppliers(system, clock.now()), [each.key for each in system.categories])
    if layout == "json":
        by_category = {each.category: {"admitted": each.admitted, "meets": each.meeting} for each in found.categories}
        print_json({"stage": stage.number, "admitted": found.admitted, "meets": found.meeting, "by_category": by_category})
        return
    _print_play(stage, found, system, at)


@stages.command("gaps")
@click.argument("siret")
@about_a_system
def gaps(siret: str, reference: str | None, layout: str) -> None:
    """Ce qui manque à l’offre habituelle du fournisseur de ce SIRET, pour chaque palier en vigueur ou à venir qu’elle n’atteint pas."""
    system, at = _opened(reference)
    digits = "".join(siret.split())
    supplier = known_supplier(system, digits)
    if supplier is None:
        give_up(f"Aucun fournisseur n’a le SIRET « {siret} ».")
    found = stage_gaps(system, supplier, at)
    if layout == "json":
        print_json({"siret": supplier.siret, "stages": [_lacks(each) for each in found]})
        return
    _print_gaps(supplier, found)


def _opened(reference: str | None) -> tuple[PurchasingSystem, datetime]:
    open_current_database()
    at = clock.now()
    return chosen_system(reference, at), at


def _stage(system: PurchasingSystem, number: str) -> Stage:
    """The stage of that number: as last published, else its draft; ends the command where there is none."""
    rows = [row for row in stages_of(system) if str(row.number) == number]
    if not rows:
        known = ", ".join(str(each) for each in sorted({row.number for row in stages_of(system)}))
        give_up(f"Le palier « {number} » n’existe pas dans {system.reference} : choisir parmi {known or 'aucun'}.")
    return max(rows, key=lambda row: (row.published_at is not None, row.revision)).as_value()


def _stage_line(row: StageRow, roadmap: tuple[Stage, ...], at: datetime) -> dict[str, Any]:
    return {
        "stage": row.number,
        "revision": row.revision,
        "label": row.label,
        "announced_on": row.announced_on.isoformat() if row.published_at and row.announced_on else None,
        "effective_on": row.effective_on.isoformat(),
        "state": _state(row, roadmap, at),
        "fingerprint": row.fingerprint,
    }


def _state(row: StageRow, roadmap: tuple[Stage, ...], at: datetime) -> str:
    if row.published_at is None:
        return "draft"
    if row.effective_on > paris_day(at):
        return "coming"
    return "in_force" if row.as_value() in in_force_and_coming(roadmap, at) else "past"


def _dated(stage: Stage) -> dict[str, Any]:
    return {"stage": stage.number, "label": stage.label, "effective_on": stage.effective_on.isoformat()}


def _difference(each: Difference) -> dict[str, Any]:
    return {
        "requirement": each.key,
        "kind": each.kind.value,
        "nature": each.nature.value,
        "label": each.label,
        "categories": list(each.categories),
        "before": each.before,
        "after": each.after,
        "exempt_families": list(each.exempt_families),
        "sentence": each.sentence,
    }


def _lacks(found: StageGaps) -> dict[str, Any]:
    lacking = [
        {"requirement": gap.requirement, "has": json_safe(gap.has), "wanted": _wanted(found.stage, gap), "sentence": gap.sentence}
        for gap in found.gaps
    ]
    return {"stage": found.stage.number, "effective_on": found.stage.effective_on.isoformat(), "gaps": lacking}


def _wanted(stage: Stage, gap: Gap) -> Any:
    """What is asked, in the same terms as what the supplier has: a number as text, or true."""
    requirement = stage.requirement(gap.requirement)
    threshold: Decimal | None = requirement.threshold if requirement else None
    return True if threshold is None else json_safe(threshold)


def _print_play(stage: Stage, found: SupplierPlay, system: PurchasingSystem, at: datetime) -> None:
    labels = {each.key: each.label for each in system.categories}
    print_lines([f"{stage.label} : {found.meeting} sur {found.admitted} pourraient encore offrir.", ""])
    counts = [[labels[each.category], str(each.admitted), str(each.meeting)] for each in found.categories]
    print_table([["Catégorie", "Admis", "Peuvent offrir"], *counts])
    rows = [[each.requirement.label, str(len(each.meeting)), str(len(each.short)), str(len(each.silent))] for each in found.requirements]
    if rows:
        print_lines([""])
        print_table([["Exigence", "Respectent", "En dessous", "Sans réponse"], *rows])
    fewest = parameters.value("minimum_suppliers", on=paris_day(at))
    for warning in competition_warnings(found, labels, fewest=fewest):
        click.echo(f"{warning.rule} : {warning.message}", err=True)


def _print_gaps(supplier: AdmittedSupplier, found: list[StageGaps]) -> None:
    if not found:
        print_lines([f"{supplier.name} : rien ne manque à son offre habituelle."])
    for each in found:
        print_lines([f"{each.stage.label}, à partir du {each.stage.effective_on.isoformat()}"])
        print_lines([f"  {gap.sentence}" for gap in each.gaps])


def _shown(value: object) -> str:
    return "–" if value is None else STATES.get(str(value), str(value))


def _flat(text: str) -> str:
    return " ".join(text.split())
