"""What a decision on an application keeps of the examination, so that it can be played again years later."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sad.domain.admission.decision import examine
from sad.domain.admission.values import ApplicationFile, Finding
from sad.domain.requirements import json_safe
from sad.domain.stages import Stage

SAID = ("category", "name", "siret", "foreign_number")


def kept_examination(file: ApplicationFile, stage: Stage, day: date) -> dict[str, Any]:
    """The file as it was examined that day and all that was found, with JSON values only."""
    return {"file": file_to_dict(file), "findings": _findings(file, stage, day), "day": day.isoformat()}


def replay_faults(kept: Mapping[str, Any], stage: Stage) -> Iterator[str]:
    """What the same rules say otherwise of what was kept, in French; nothing when they find the same."""
    found = _findings(file_from_dict(kept["file"]), stage, date.fromisoformat(kept["day"]))
    yield from (f"Constat d’alors qui n’est plus trouvé : {each['message']}" for each in kept["findings"] if each not in found)
    yield from (f"Constat nouveau : {each['message']}" for each in found if each not in kept["findings"])


def change_faults(kept: Mapping[str, Any], file: ApplicationFile) -> Iterator[str]:
    """What the application says now and did not say when it was decided; the supplier's own card may live on."""
    before, now = kept["file"], file_to_dict(file)
    for part, words in (("answers", "Réponse"), ("documents", "Document")):
        for key in sorted({*before[part], *now[part]}):
            if before[part].get(key) != now[part].get(key):
                yield f"{words} « {key} » : {_said(before[part], key)} le jour de la décision, {_said(now[part], key)} maintenant."
    if before["sworn_statement"] != now["sworn_statement"]:
        yield "La déclaration sur l’honneur n’est plus ce qu’elle était le jour de la décision."


def file_to_dict(file: ApplicationFile) -> dict[str, Any]:
    """The file with JSON values only."""
    return {
        **{name: getattr(file, name) for name in SAID},
        "category_families": list(file.category_families),
        "families": list(file.families),
        "answers": json_safe(file.answers),
        "documents": {key: ends.isoformat() if ends else None for key, ends in file.documents.items()},
        "sworn_statement": file.sworn_statement,
    }


def file_from_dict(content: Mapping[str, Any]) -> ApplicationFile:
    """The file that `file_to_dict` gave."""
    return ApplicationFile(
        **{name: content[name] for name in SAID},
        category_families=tuple(content["category_families"]),
        families=tuple(content["families"]),
        answers=content["answers"],
        documents={key: date.fromisoformat(ends) if ends else None for key, ends in content["documents"].items()},
        sworn_statement=content["sworn_statement"],
    )


def _findings(file: ApplicationFile, stage: Stage, day: date) -> list[dict[str, Any]]:
    return [{name: getattr(each, name) for name in Finding.__slots__} for each in examine(file, stage, day).findings]


def _said(part: Mapping[str, Any], key: str) -> str:
    return str(part[key]) if key in part else "rien"
