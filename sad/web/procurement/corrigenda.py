"""The corrigendum: a draft of an open system becomes a stage of its roadmap, for everybody and for ever (PAL-01, PAL-02)."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from wtforms import StringField, TextAreaField

from sad import clock
from sad.actions.announcements import foretold, readers_of, samples_of
from sad.actions.brake_decisions import drafted_reason
from sad.actions.plays import kept_plays
from sad.actions.stage_changes import ExaminedChange, examine_corrigendum, publish_corrigendum
from sad.domain.corrigenda import Move
from sad.letters.corrigenda import corrigendum
from sad.models.people import Role
from sad.models.stages import Stage
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.comparisons import groups_of
from sad.web.fields import Required
from sad.web.procurement.own import own_stage_draft
from sad.web.procurement.system_forms import LONG, SHORT
from sad.web.reasons import WarningsForm
from sad.web.roadmaps import names_of
from sad.web.running import site_address

TITLES = {
    Move.ADDED: "Publier un palier de plus",
    Move.POSTPONED: "Repousser ce palier",
    Move.SOFTENED: "Adoucir ce palier",
}


class CorrigendumForm(WarningsForm):
    """Why the roadmap changes, the official notice that says it, and a reason for each warning."""

    reason = TextAreaField(
        "Motif",
        [Required("Écrivez pourquoi : le motif est publié."), LONG],
        description="Il est publié avec le rectificatif et part dans les lettres aux fournisseurs.",
    )
    notice_reference = StringField(
        "Référence de l’avis rectificatif",
        [Required("Publiez l’avis, puis notez sa référence."), SHORT],
        description="Celle que donne la publication officielle. Sans avis, rien ne change.",
    )


@allow(Role.BUYER)
def publish(system_id: int, number: int) -> Response:
    """What the corrigendum changes and what stands against it; then its text, who is told, and the act."""
    draft, at = own_stage_draft(system_id, number), clock.now()
    examined = examine_corrigendum(draft, at)
    form = CorrigendumForm.of(examined.warnings)
    if request.method == "GET" and examined.replaced:
        form.reason.data = drafted_reason(examined.replaced)
    if examined.faults or not form.validate_on_submit():
        return _page(form, draft, examined)
    if "confirm" not in request.form:
        return _confirmation(form, draft, examined)
    with attempt(form) as done:
        publish_corrigendum(
            draft,
            reason=form.reason.data,
            notice_reference=form.notice_reference.data,
            justifications=form.reasons(),
            home=site_address(),
            by=current_person(),
            at=at,
        )
    if not done:
        return _page(form, draft, examined)
    flash("Le rectificatif est publié. Les lettres partent.", "success")
    return redirect(url_for("procurement.system_stages", system_id=system_id))


def _page(form: CorrigendumForm, draft: Stage, examined: ExaminedChange) -> Response:
    return form_page(
        "procurement/corrigendum.html",
        form,
        system=draft.system,
        draft=draft,
        examined=examined,
        groups=groups_of(examined.changes),
        names=names_of(draft.system),
        title=TITLES[examined.move],
        plays=kept_plays(draft),
    )


def _confirmation(form: CorrigendumForm, draft: Stage, examined: ExaminedChange) -> Response:
    """The text to publish and who is told, before anything happens."""
    replaced = examined.replaced.as_value() if examined.replaced else None
    reason, home = form.reason.data or "", site_address()
    text = corrigendum(draft.system, examined.stage, replaced, examined.move, examined.changes, reason=reason)
    readers = readers_of(draft.system, clock.now())
    notice = form.notice_reference.data or ""
    announcement = foretold(draft, examined.stage, examined.replaced, kind=examined.move, reason=reason, notice_reference=notice)
    samples = samples_of(readers, announcement, home=home)
    return make_response(
        render_template(
            "procurement/corrigendum_confirm.html",
            system=draft.system,
            draft=draft,
            form=form,
            examined=examined,
            title=TITLES[examined.move],
            kept=[(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "confirm")],
            told=[each.supplier.name for each in readers],
            letters=[
                ("Le rectificatif à publier", text.subject, text.body),
                *((each.supplier.name, letter.subject, letter.body) for each, letter in samples),
            ],
        )
    )
