"""The tasting that a need announces: kept with its draft, held against its grid and its dates before it leaves."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sad.actions.stages import roadmap_of
from sad.domain.errors import Refusal
from sad.domain.stages import stage_in_force, unchecked_grid
from sad.domain.tastings import Announcement, announcement_faults
from sad.models.mini_tenders import AnnouncedTasting, MiniTender
from sad.trust.canonical import instant


def keep_announcement(mini_tender: MiniTender, announced: Announcement | None) -> None:
    """Write on the draft the tasting that it announces; None when it announces none."""
    if announced is None:
        mini_tender.announced_tasting = None
        return
    if mini_tender.announced_tasting is None:
        mini_tender.announced_tasting = AnnouncedTasting(organisation_id=mini_tender.organisation_id)
    for name, value in asdict(announced).items():
        setattr(mini_tender.announced_tasting, name, value)


def judged_at(mini_tender: MiniTender, at: datetime) -> dict[str, str]:
    """The criteria on which people give marks in the stage in force then: label by key. A tasting marks one of them."""
    stage = stage_in_force(roadmap_of(mini_tender.system), at)
    grid = unchecked_grid(stage, mini_tender.category.key if mini_tender.category else "")
    return {each["key"]: each["label"] for each in _judged(grid)}


def faults_of_announcement(mini_tender: MiniTender, grid: Mapping[str, Any], closes_at: datetime | None) -> list[Refusal]:
    """Why the tasting that it announces, if any, could not be held as it is announced."""
    if mini_tender.announced_tasting is None:
        return []
    judged = {each["key"]: each["label"] for each in _judged(grid)}
    value = mini_tender.announced_tasting.as_value()
    return list(announcement_faults(value, closes_at=closes_at, served_at=mini_tender.happens_at, judged=judged))


def frozen_announcement(mini_tender: MiniTender) -> dict[str, Any]:
    """What the fingerprint of the need reads of it; nothing when no tasting is announced, so that older fingerprints hold."""
    if mini_tender.announced_tasting is None:
        return {}
    value = mini_tender.announced_tasting.as_value()
    return {"tasting": {**asdict(value), "happens_at": instant(value.happens_at)}}


def _judged(grid: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for each in grid["criteria"]:
        yield from (leaf for leaf in each.get("sub_criteria") or (each,) if leaf.get("method") == "scale")
