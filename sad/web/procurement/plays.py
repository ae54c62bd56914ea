"""Trying a stage before deciding: the play is asked, its progress shown, its report read, printed or taken away as a table."""

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from sad import clock
from sad.actions.plays import ask_play, is_still_current, plays_of, report_of
from sad.actions.stages import versions_of
from sad.domain.play_report import PlayReport
from sad.exports.play_sheet import play_sheet
from sad.letters.plays import cautions, headlines, told
from sad.models.people import Role
from sad.models.stage_changes import StagePlay
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem
from sad.reports.play import play_file_name, play_pdf
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.acts import attempt
from sad.web.fields import Form
from sad.web.procurement.own import own_system
from sad.web.procurement.systems import READERS
from sad.web.uploads import as_download

MOST_LINES = 60
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@allow(*READERS, acting=[Role.BUYER])
def play(system_id: int, number: int) -> Response:
    """The last play of a version of a stage, or the one chosen; the button that asks for another."""
    found = own_system(system_id)
    row = _version(found, number)
    form = Form()
    if form.validate_on_submit():
        with attempt(form) as done:
            ask_play(row, by=current_person(), at=clock.now())
        if done:
            flash("L’essai est demandé. Cette page se met à jour toute seule.", "success")
            return redirect(url_for("procurement.stage_play", system_id=system_id, number=number, revision=row.revision))
    return _page(found, row, form)


@allow(*READERS)
def report(system_id: int, number: int, play_id: int) -> Response:
    """The report of a play, as PDF."""
    shown, found = _ended(system_id, number, play_id)
    return as_download(play_pdf(shown, found), media_type="application/pdf", name=play_file_name(shown, "pdf"))


@allow(*READERS)
def sheet(system_id: int, number: int, play_id: int) -> Response:
    """The report of a play, as a spreadsheet with every mini-tender."""
    shown, found = _ended(system_id, number, play_id)
    return as_download(play_sheet(found), media_type=SHEET, name=play_file_name(shown, "xlsx"))


def _page(system: PurchasingSystem, row: Stage, form: Form) -> Response:
    plays = plays_of(row)
    wanted = request.args.get("essai", type=int)
    shown = next((each for each in plays if each.id == wanted), plays[0] if plays else None)
    found = report_of(shown) if shown else None
    page = render_template(
        "procurement/stage_play.html",
        system=system,
        row=row,
        form=form,
        plays=plays,
        shown=shown,
        report=found,
        headlines=headlines(found) if found else [],
        cautions=cautions(found) if found else [],
        lines=[told(line) for line in found.affected[:MOST_LINES]] if found else [],
        is_current=shown is not None and found is not None and is_still_current(shown, row),
        is_buyer=current_person().has_role(Role.BUYER),
    )
    return make_response(page, 422 if form.refusals else 200)


def _version(system: PurchasingSystem, number: int) -> Stage:
    """The version of the stage that the address names, else its draft, else the last that was published."""
    rows = [row for row in versions_of(system, with_drafts=True) if row.number == number]
    wanted = request.values.get("revision", type=int)
    if wanted is not None:
        return next((row for row in rows if row.revision == wanted), None) or abort(404)
    return max(rows, key=lambda row: (row.published_at is None, row.revision), default=None) or abort(404)


def _ended(system_id: int, number: int, play_id: int) -> tuple[StagePlay, PlayReport]:
    system = joinedload(StagePlay.stage).joinedload(Stage.system)
    own = (
        select(StagePlay)
        .join(Stage, Stage.id == StagePlay.stage_id)
        .where(StagePlay.id == play_id, Stage.system_id == system_id, Stage.number == number)
        .where(StagePlay.organisation_id == current_organisation().id)
        .options(joinedload(StagePlay.asker), system.joinedload(PurchasingSystem.organisation))
    )
    found = own_or_404(own)
    return found, report_of(found) or abort(404)
