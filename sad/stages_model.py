"""The ready roadmap offered when a system is created, read once from `config/scoring/stages_model.yaml`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
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
    for key, body in content["criteria"].items():
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
