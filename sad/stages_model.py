"""The ready roadmap offered when a system is created, read once from `config/scoring/stages_model.yaml`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from sad.domain.requirements import Nature, Requirement
from sad.domain.stages import Stage
from sad.settings import ROOT

FILE = ROOT / "config" / "scoring" / "stages_model.yaml"


@dataclass(frozen=True, slots=True)
class ModelCategory:
    """A category of the model with the product families that it buys."""

    key: str
    label: str
    families: tuple[str, ...]


@cache
def model_categories() -> tuple[ModelCategory, ...]:
    """The categories of the model."""
    return tuple(ModelCategory(key, body["label"], tuple(body["families"])) for key, body in _content()["categories"].items())


def model_stages(
    announced_on: date, effective_on: Collection[date], categories: Mapping[str, Collection[str]]
) -> tuple[Stage, ...]:
    """The first stages of the model, one for each date, in the order given.

    `categories` holds those of the system, with the product families that each buys: key -> keys.
    """
    content = _content()
    return tuple(
        Stage(
            number=stage["number"],
            label=f"Palier {stage['number']} – {stage['label']}",
            announced_on=announced_on,
            effective_on=day,
            requirements=(*_capacities(content, categories), *_specifications(content, stage), *_criteria(content, stage)),
        )
        for stage, day in zip(content["stages"], effective_on, strict=False)
    )


def model_length() -> int:
    """How many stages the model has."""
    return len(_content()["stages"])


def follow_categories(stage: Stage, before: Mapping[str, Collection[str]], after: Mapping[str, Collection[str]]) -> Stage:
    """A stage whose system had the categories `before` and has those `after`, each with the families that it buys.

    What people wrote stays. A requirement leaves the categories that are gone, and goes with the last of them; a capacity of
    the model takes the new categories that buy its families, and comes when they are the first to.
    """
    model = {each.key: each for each in _capacities(_content(), after)}
    order = list(_content()["capacity"])
    kept = [followed for each in stage.requirements if (followed := _followed(each, model.get(each.key), before, after))]
    known, was = {each.key for each in stage.requirements}, {each.key for each in _capacities(_content(), before)}
    coming = [each for key, each in model.items() if key not in known | was]
    capacities = [each for each in (*kept, *coming) if each.nature is Nature.CAPACITY]
    if coming:
        capacities.sort(key=lambda each: order.index(each.key) if each.key in order else len(order))
    return replace(stage, requirements=(*capacities, *(each for each in kept if each.nature is not Nature.CAPACITY)))


def _followed(
    requirement: Requirement, model: Requirement | None, before: Collection[str], after: Collection[str]
) -> Requirement | None:
    if not requirement.categories:
        return requirement
    joining = {key for key in (model.categories if model else ()) if key not in before and requirement.nature is Nature.CAPACITY}
    cited = tuple(key for key in after if key in requirement.categories or key in joining)
    return replace(requirement, categories=cited) if cited else None


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content


def _capacities(content: dict[str, Any], categories: Mapping[str, Collection[str]]) -> Iterator[Requirement]:
    """Each capacity for the categories that buy its families; one whose families nobody buys is left out."""
    for key, body in content["capacity"].items():
        concerned = set(body.get("families", ()))
        kept = tuple(category for category, families in categories.items() if concerned & set(families))
        if kept or not concerned:
            yield Requirement(
                key=key,
                label=body["label"],
                nature=Nature.CAPACITY,
                categories=kept,
                comparison="is_true",
                proof=body["proof"],
                document_required=body.get("document_required", False),
            )


def _specifications(content: dict[str, Any], stage: dict[str, Any]) -> Iterator[Requirement]:
    """A specification without threshold at this stage is still asked: its value is scored, and shows what is coming."""
    for key, body in content["specifications"].items():
        threshold = stage["thresholds"].get(key)
        is_number = threshold is not None and threshold is not True
        yield Requirement(
            key=key,
            label=body["label"],
            nature=Nature.SPECIFICATION,
            unit=body["unit"],
            comparison=body["comparison"] if threshold is not None else "any",
            threshold=Decimal(threshold) if is_number else None,
            proof=body["proof"],
            exempt_families=tuple(body.get("exempt_families", ())),
            environmental=body.get("environmental", False),
        )


def _criteria(content: dict[str, Any], stage: dict[str, Any]) -> Iterator[Requirement]:
    for key, usual in content["criteria"].items():
        body = {**usual, **stage.get("criteria", {}).get(key, {})}
        low, high = body["range"]
        yield Requirement(
            key=key,
            label=body["label"],
            nature=Nature.AWARD_CRITERION,
            unit="points",
            weight=Decimal(stage["weights"][key]),
            weight_min=Decimal(low),
            weight_max=Decimal(high),
            method=body["method"],
            price=body.get("price", False),
            environmental=body.get("environmental", False),
            source=body.get("source", ""),
        )
