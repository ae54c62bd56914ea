"""Reference lists that pages and acts share, read once from `config/`."""

from functools import cache
from types import MappingProxyType
from typing import Any

import yaml

from sad.settings import ROOT


@cache
def product_families() -> MappingProxyType[str, str]:
    """The product families: key -> French name, in the order in which they are shown. Raises ValueError on a wrong file."""
    return _names("families.yaml", _read("families.yaml"))


@cache
def acts_in_words() -> MappingProxyType[str, str]:
    """The acts of the journal: the name in the code (or its beginning, up to a last `_`) -> what it is in French."""
    return _names("journal.yaml", _read("journal.yaml").get("acts"))


@cache
def things_in_words() -> MappingProxyType[str, str]:
    """What the acts of the journal are done to: table -> French noun."""
    return _names("journal.yaml", _read("journal.yaml").get("things"))


def act_in_words(action: str) -> str:
    """An act of the journal in French; as it is given when nothing names it."""
    named = acts_in_words()
    return named.get(action) or next((words for start, words in named.items() if start.endswith("_") and action.startswith(start)), action)


def thing_in_words(thing: str) -> str:
    """What an act was done to, in French with its number: `mini_tenders:7` gives `consultation 7`; else as it is given."""
    table, _, number = thing.partition(":")
    return f"{things_in_words()[table]} {number}" if table in things_in_words() else thing


def _read(file: str) -> Any:
    return yaml.safe_load((ROOT / "config" / file).read_text(encoding="utf-8"))


def _names(file: str, content: object) -> MappingProxyType[str, str]:
    if not isinstance(content, dict) or not all(isinstance(part, str) for pair in content.items() for part in pair):
        raise ValueError(f"config/{file} : une table de clés et de noms était attendue")
    return MappingProxyType(content)
