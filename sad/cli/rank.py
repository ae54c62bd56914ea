"""`flask --app app rank FILE`: rank the offers of a scoring file, without database, key or setting."""

import sys
from pathlib import Path
from typing import Any

import click

from sad.domain.scoring.faults import ScoringFaults, on_one_line, quoted
from sad.domain.scoring.numbers import french, written
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.result_json import ranking_to_json
from sad.domain.scoring.scoring_file import ranking_to_dict, read_json, read_scoring_file
from sad.domain.scoring.values import Grid

FAULTY = 2
UNREADABLE = {
    FileNotFoundError: "il n’existe pas",
    IsADirectoryError: "c’est un dossier",
    PermissionError: "sa lecture est refusée",
}


@click.command("rank")
@click.argument("file")
@click.option("--format", "layout", type=click.Choice(["json", "table"]), default="json", show_default=True, help="Forme du résultat.")
def rank_command(file: str, layout: str) -> None:
    """Classe les offres de FILE (« - » : l’entrée standard).

    Le résultat va sur la sortie standard ; les fautes du fichier, une par ligne, sur la sortie d’erreur, avec le code 2.
    """
    try:
        _, grid, bids = read_scoring_file(read_json(read_bytes(file)))
    except ScoringFaults as wrong:
        for fault in wrong.faults:
            click.echo(fault, err=True)
        raise SystemExit(FAULTY) from None
    ranking = rank(bids, grid)
    shown = ranking_to_json(ranking) if layout == "json" else as_table(ranking_to_dict(ranking), grid)
    click.echo(shown.encode())


def read_bytes(file: str) -> bytes:
    """The content of a file, or of the standard input. Raises ScoringFaults."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        reason = next((said for kind, said in UNREADABLE.items() if isinstance(error, kind)), "sa lecture échoue")
        raise ScoringFaults([f"Le fichier {quoted(file)} ne peut pas être lu : {reason}."]) from None


def as_table(result: dict[str, Any], grid: Grid) -> str:
    """The ranking for people: a table of points out of their weights, then why, and all that is to be known."""
    heads = [f"{criterion.label} /{french(written(criterion.weight))}" for criterion in grid.every_criterion]
    rows = [["Rang", "Offre", "Total", *heads]]
    rows += [[str(row["rank"]), row["ref"], *map(french, (row["total"], *row["points"].values()))] for row in result["ranking"]]
    sections = {
        "Explications": [line for row in result["ranking"] for line in (row["ref"], *(f"  {why}" for why in row["explanation"]))],
        "Éliminées": [f"{row['ref']} : {row['reason']}" for row in result["eliminated"]],
        "À égalité": [", ".join(group) for group in result["ties"]],
        "Avertissements": [f"{row['code']} : {row['message']}" for row in result["warnings"]],
    }
    texts = [f"\n{title}\n" + "\n".join(f"  {on_one_line(line)}" for line in lines) for title, lines in sections.items() if lines]
    return "\n".join([*aligned(rows), *texts])


def aligned(rows: list[list[str]]) -> list[str]:
    """Lines of a table: references to the left, figures to the right."""
    cells = [[on_one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    sides = [str.rjust, str.ljust, *[str.rjust] * (len(widths) - 2)]
    return ["  ".join(side(cell, width) for side, cell, width in zip(sides, row, widths, strict=True)) for row in cells]
