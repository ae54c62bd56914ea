"""The numbers and the rules of law, read from `config/law/*.yaml` and checked all at once.

A parameter has a unit and entries `since` / `value` / `source`; `rules.yaml` holds the rule table with the words that
explain each rule. The files say what is in force; the code never holds a number of the law.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from sad.domain.dated import Dated, Entry
from sad.domain.units import UNITS, is_text
from sad.settings import ROOT

LAW = ROOT / "config" / "law"
RULES_FILE = "rules.yaml"

_RULE_ID = re.compile(r"[A-Z]{3}-[0-9]{2}")
_TAG = re.compile(r"[ABMI](/[ABMI])*")
_ENFORCEMENT = re.compile(r"[BWR](/[BWR])*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class ParametersError(Exception):
    """Faults in the files of the law, one per line, each naming its file and its parameter."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the table: what it asks, where the law says it, how firmly it is held.

    `tag` says how the text was read (A in the article, B in a secondary source, M from memory, I an interpretation);
    `enforcement` whether it blocks (B), warns (W), records (R), or several; `number` is empty when the rule has none.
    """

    id: str
    title: str
    number: str
    articles: tuple[str, ...]
    tag: str
    enforcement: str
    plain: str


@dataclass(frozen=True, slots=True)
class Law:
    """Everything the files say."""

    parameters: Mapping[str, Dated[Any]]
    rules: Mapping[str, Rule]


def value(name: str, *, on: date) -> Any:
    """The value of a parameter on that day, in the type of its unit.

    Whole numbers for days, months, years and counts, `Decimal` for euros, percents and ratios.
    Raises `LookupError` for an unknown name, `NotYetInForce` (one too) before the first entry.
    """
    return parameter(name).on(on)


def parameter(name: str) -> Dated[Any]:
    """A parameter with all its values, dates and sources."""
    try:
        return law().parameters[name]
    except KeyError:
        raise LookupError(f"no parameter named {name!r} in config/law") from None


def rule(identifier: str) -> Rule:
    """The rule of that id, `SAD-17`. Raises `LookupError`."""
    try:
        return law().rules[identifier]
    except KeyError:
        raise LookupError(f"no rule {identifier!r} in config/law/{RULES_FILE}") from None


def rules() -> dict[str, Rule]:
    """All rules by id, in the order of the table."""
    return dict(law().rules)


@cache
def law() -> Law:
    """The law of this process, read once. Raises `ParametersError`."""
    return load(LAW)


def load(directory: Path) -> Law:
    """Read and check every file of the directory. Raises `ParametersError` with all the faults."""
    faults: list[str] = []
    parameters: dict[str, Dated[Any]] = {}
    rules: dict[str, Rule] = {}
    for path in sorted(directory.glob("*.yaml")):
        content = _read(path, faults)
        if path.name == RULES_FILE:
            rules = dict(_rules(content, path.name, faults))
            continue
        for name, body in content.items():
            where = f"{path.name}, {name}"
            if name in parameters:
                faults.append(f"{where}\u00a0: ce paramètre existe déjà dans un autre fichier.")
            elif (dated := _parameter(str(name), body, where, faults)) is not None:
                parameters[name] = dated
    if not (parameters or rules or faults):
        faults.append(f"{directory}\u00a0: aucun fichier .yaml à lire.")
    if faults:
        raise ParametersError(faults)
    return Law(MappingProxyType(parameters), MappingProxyType(rules))


class _OnceLoader(yaml.SafeLoader):
    """The safe loader, which also refuses a key written twice instead of keeping the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable) or key in seen:
                fault = f"«\u00a0{key}\u00a0» n’est pas un nom, ou est écrit deux fois"
                raise yaml.constructor.ConstructorError(None, None, fault, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:
        """A 30 February stays a text, so that the check of its parameter names it."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_OnceLoader.add_constructor("tag:yaml.org,2002:timestamp", _OnceLoader.construct_yaml_timestamp)


def _read(path: Path, faults: list[str]) -> dict[Any, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_OnceLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        faults.append(f"{path.name}, ligne {line}\u00a0: {error.problem}.")
        return {}
    except (yaml.YAMLError, ValueError) as error:
        faults.append(f"{path.name}\u00a0: lecture impossible, {error}.")
        return {}
    if not isinstance(content, dict):
        faults.append(f"{path.name}\u00a0: une table de paramètres était attendue.")
        return {}
    return content


def _parameter(name: str, body: Any, where: str, faults: list[str]) -> Dated[Any] | None:
    if not _NAME.fullmatch(name):
        faults.append(f"{where}\u00a0: un paramètre se nomme en minuscules, sans espace.")
    if not _has_keys(body, {"unit", "entries"}, where, faults):
        return None
    convert = UNITS.get(body["unit"]) if isinstance(body["unit"], str) else None
    if convert is None:
        faults.append(f"{where}\u00a0: unité «\u00a0{body['unit']}\u00a0» inconnue, choisir parmi {', '.join(UNITS)}.")
        return None
    if not isinstance(body["entries"], list):
        faults.append(f"{where}\u00a0: «\u00a0entries\u00a0» doit être une liste.")
        return None
    entries = [_entry(each, convert, f"{where}, valeur {rank}", faults) for rank, each in enumerate(body["entries"], 1)]
    sound = tuple(entry for entry in entries if entry is not None)
    if len(sound) < len(entries):
        return None
    try:
        return Dated(name, sound)
    except ValueError as error:
        faults.append(f"{where}\u00a0: {error}.")
        return None


def _entry(body: Any, convert: Callable[[Any], Any], where: str, faults: list[str]) -> Entry[Any] | None:
    if not _has_keys(body, {"since", "value", "source"}, where, faults):
        return None
    before = len(faults)
    if type(body["since"]) is not date:
        faults.append(f"{where}\u00a0: «\u00a0since\u00a0» doit être une date, année-mois-jour.")
    if not is_text(body["source"]):
        faults.append(f"{where}\u00a0: «\u00a0source\u00a0» est vide, citer le texte.")
    try:
        converted = convert(body["value"])
    except ValueError as error:
        faults.append(f"{where}\u00a0: «\u00a0value\u00a0» doit être {error}, pas {body['value']!r}.")
    return Entry(body["since"], converted, body["source"]) if len(faults) == before else None


def _rules(content: dict[Any, Any], file: str, faults: list[str]) -> Iterator[tuple[str, Rule]]:
    for identifier, body in content.items():
        where = f"{file}, {identifier}"
        if not isinstance(identifier, str) or not _RULE_ID.fullmatch(identifier):
            faults.append(f"{where}\u00a0: un identifiant s’écrit comme SAD-17.")
        elif _has_keys(body, {field.name for field in fields(Rule)} - {"id"}, where, faults):
            before = len(faults)
            faults.extend(f"{where}\u00a0: {fault}" for fault in _rule_faults(body))
            if len(faults) == before:
                yield identifier, Rule(**{**body, "id": identifier, "articles": tuple(body["articles"])})


def _rule_faults(body: dict[str, Any]) -> Iterator[str]:
    for key in ("title", "plain"):
        if not is_text(body[key]):
            yield f"«\u00a0{key}\u00a0» est vide."
    if not isinstance(body["number"], str):
        yield "«\u00a0number\u00a0» doit être un texte, vide s’il n’y a pas de nombre."
    if not isinstance(body["articles"], list) or not all(map(is_text, body["articles"])):
        yield "«\u00a0articles\u00a0» doit être une liste de textes."
    for key, form in (("tag", _TAG), ("enforcement", _ENFORCEMENT)):
        if not isinstance(body[key], str) or not form.fullmatch(body[key]):
            yield f"«\u00a0{key}\u00a0» vaut {body[key]!r}, forme attendue\u00a0: {form.pattern}."


def _has_keys(body: Any, expected: set[str], where: str, faults: list[str]) -> bool:
    if not isinstance(body, dict):
        faults.append(f"{where}\u00a0: une table avec {', '.join(sorted(expected))} était attendue.")
        return False
    missing, unknown = expected - body.keys(), body.keys() - expected
    faults.extend(f"{where}\u00a0: «\u00a0{key}\u00a0» manque." for key in sorted(missing))
    faults.extend(f"{where}\u00a0: «\u00a0{key}\u00a0» est inconnu." for key in sorted(map(str, unknown)))
    return not missing and not unknown
