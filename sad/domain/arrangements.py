"""What most needs settle in one of a few sentences: who serves, whose tableware, what becomes of the leftovers.

The sentences stand among the constraints of the need, as suppliers read them; whoever asks chooses instead of writing.
"""

from collections.abc import Mapping

NOTHING = ""
ARRANGEMENTS: Mapping[str, Mapping[str, str]] = {
    "serving": {
        "delivered": "Livraison à l’heure, sans mise en place",
        "set_up": "Livraison et mise en place avant l’heure de début",
        "served": "Service compris",
    },
    "tableware": {
        "reusable": "Vaisselle et verres réemployables, fournis et repris",
        "ours": "Vaisselle et verres fournis par le service",
    },
    "leftovers": {
        "kept": "Restes laissés sur place dans des contenants réemployables",
        "donated": "Restes consommables remis le jour même à une association",
        "taken_back": "Restes repris par le fournisseur",
        "composted": "Restes et épluchures compostés",
    },
}


def read_arrangements(constraints: str) -> tuple[dict[str, str], str]:
    """The arrangements found among the lines of the constraints, the first of each kind, then the lines that are left."""
    chosen: dict[str, str] = dict.fromkeys(ARRANGEMENTS, NOTHING)
    rest = []
    for line in constraints.splitlines():
        kind, key = _arrangement(line.strip())
        if kind and not chosen[kind]:
            chosen[kind] = key
        else:
            rest.append(line)
    return chosen, "\n".join(rest)


def with_arrangements(chosen: Mapping[str, str], rest: str) -> str:
    """The constraints with the sentences of these arrangements first; other sentences of the same kinds go out."""
    sentences = [ARRANGEMENTS[kind][key] for kind, key in chosen.items() if key != NOTHING]
    lines = [line for line in rest.splitlines() if _arrangement(line.strip())[0] not in chosen]
    return "\n".join([*sentences, *lines])


def _arrangement(line: str) -> tuple[str, str]:
    found = ((kind, key) for kind, sentences in ARRANGEMENTS.items() for key, sentence in sentences.items() if sentence == line)
    return next(found, (NOTHING, NOTHING))
