"""The roadmap of a system as everybody sees it: its line, each version of each stage for ever, its calendar (PAL-01, PAL-02)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, render_template, request

from sad import clock
from sad.actions.stage_changes import changes_of
from sad.actions.stages import versions_of
from sad.domain.comparison import compare_stages
from sad.domain.stages import canonical_json, fingerprint
from sad.exports.calendar import last_change, roadmap_calendar
from sad.letters.notices import roadmap_notice
from sad.models.stage_changes import StageChange
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem
from sad.web.access import public
from sad.web.comparisons import comparison_of, token_of
from sad.web.public.opened import opened_system, roadmap_rows
from sad.web.roadmaps import line_groups, names_of, requirement_groups, steps_of
from sad.web.running import site_address
from sad.web.uploads import as_download

STATES = {"done": ("Passé", "grey"), "now": ("En vigueur", "green"), "coming": ("À venir", "blue")}
REPLACED = ("Remplacé", "grey")


@dataclass(frozen=True, slots=True)
class Version:
    """One published version of a stage: the corrigendum that `made` it, the one that `followed`, its state in words with its tone.

    The version that the notice announced was made by no corrigendum; the last one is followed by none.
    """

    row: Stage
    made: StageChange | None
    followed: StageChange | None
    state: tuple[str, str]

    @property
    def token(self) -> str:
        """How the comparison names it."""
        return token_of(self.row)


@public
def roadmap(system_id: int) -> str:
    """The line of stages with what each changes, then all they ask side by side."""
    found, at = opened_system(system_id), clock.now()
    steps = steps_of(roadmap_rows(found), at)
    values = [step.value for step in steps]
    return render_template(
        "public/roadmap.html",
        system=found,
        steps=steps,
        groups=line_groups(compare_stages(values)),
        names=names_of(found),
        corrigenda=changes_of(found),
        notice=roadmap_notice(found, values),
    )


@public
def compare(system_id: int) -> str:
    """Any two published versions of its stages, line by line."""
    found = opened_system(system_id)
    compared = comparison_of(versions_of(found), clock.now())
    return render_template("public/compare_stages.html", system=found, compared=compared, names=names_of(found))


@public
def stage(system_id: int, number: int) -> str:
    """The stage of that number as the roadmap has it last, with the versions before it."""
    found = opened_system(system_id)
    return _page(found, _versions(found, number), None)


@public
def version(system_id: int, number: int, revision: int) -> str:
    """One published version of a stage, for ever at this address, with its fingerprint (PAL-02)."""
    found = opened_system(system_id)
    return _page(found, _versions(found, number), revision)


@public
def stage_content(system_id: int, number: int) -> Response:
    """The bytes whose SHA-256 is the fingerprint of the stage, for whoever wants to check."""
    return _content(_versions(opened_system(system_id), number)[-1])


@public
def version_content(system_id: int, number: int, revision: int) -> Response:
    """The same of one version, replaced or not."""
    return _content(_chosen(_versions(opened_system(system_id), number), revision))


@public
def calendar(system_id: int) -> Response:
    """The stages and the last day of validity, for an agenda that comes back to see what changed."""
    found = opened_system(system_id)
    rows = roadmap_rows(found)
    body = roadmap_calendar(found, rows, home=site_address())
    response = as_download(body, media_type="text/calendar", name=f"paliers-{found.id}.ics")
    response.direct_passthrough = False  # its bytes are read again for their fingerprint
    response.headers["Cache-Control"] = "no-cache"  # public, and asked for again and again: kept as long as it has not changed
    response.last_modified = last_change(found, rows)
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[no-any-return]


def _page(system: PurchasingSystem, versions: Sequence[Version], revision: int | None) -> str:
    shown = versions[-1] if revision is None else _chosen(versions, revision)
    value = shown.row.as_value()
    return render_template(
        "public/stage.html",
        system=system,
        shown=shown,
        row=shown.row,
        versions=versions,
        groups=requirement_groups(value),
        is_intact=fingerprint(value) == shown.row.fingerprint,
        names=names_of(system),
        before=_before(system, shown),
    )


def _content(shown: Version) -> Response:
    return Response(canonical_json(shown.row.content), mimetype="application/json")


def _versions(system: PurchasingSystem, number: int) -> list[Version]:
    """The published versions of a stage by revision; 404 when there is none."""
    rows = versions_of(system)
    states = _states(rows, clock.now())
    changes = changes_of(system)
    made = {change.stage_id: change for change in changes}
    followed = {change.replaced_id: change for change in changes}
    same = sorted((row for row in rows if row.number == number), key=lambda row: row.revision)
    return [Version(row, made.get(row.id), followed.get(row.id), states[row.id]) for row in same] or abort(404)


def _states(rows: Sequence[Stage], at: datetime) -> dict[int, tuple[str, str]]:
    lasting = {step.row.id: STATES[step.state] for step in steps_of([row for row in rows if row.is_on_roadmap], at)}
    return {row.id: lasting.get(row.id, REPLACED) for row in rows}


def _chosen(versions: Sequence[Version], revision: int) -> Version:
    return next((each for each in versions if each.row.revision == revision), None) or abort(404)


def _before(system: PurchasingSystem, shown: Version) -> Stage | None:
    """What this version is compared with: the version before it, else the stage before it on the roadmap."""
    if shown.made and shown.made.replaced:
        return shown.made.replaced
    earlier = [row for row in roadmap_rows(system) if row.effective_on < shown.row.effective_on]
    return earlier[-1] if earlier else None
