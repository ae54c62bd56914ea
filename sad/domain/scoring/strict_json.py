"""JSON read without loss: numbers stay the text they are written with, a key written twice is remembered."""

import json
from typing import Any

from sad.domain.scoring.faults import ScoringFaults
from sad.domain.scoring.numbers import JsonNumber


class Repeating(dict[str, Any]):
    """A JSON object some of whose keys were written more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        written = [key for key, _ in pairs]
        self.duplicates = tuple(key for key in self if written.count(key) > 1)


def read_json(content: bytes) -> object:
    """The JSON value of a UTF-8 file. Raises ScoringFaults, with a single fault, when it is none."""
    try:
        text = content.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_object, parse_float=JsonNumber, parse_int=JsonNumber, parse_constant=JsonNumber)
    except UnicodeDecodeError as error:
        raise ScoringFaults([f"Le fichier n’est pas un texte en UTF-8 : octet {error.start + 1}."]) from None
    except json.JSONDecodeError as error:
        raise ScoringFaults([f"Le fichier n’est pas du JSON : ligne {error.lineno}, colonne {error.colno}."]) from None
    except RecursionError:
        raise ScoringFaults(["Le fichier emboîte trop de listes ou d’objets pour être lu."]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeating(pairs)
