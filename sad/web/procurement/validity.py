"""Extending a system or ending it: the form, then what will happen, who is told and the letter, then the act (SAD-21)."""

from datetime import date

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from sad import clock
from sad.actions.validity import end_system, ending_faults, extend_system, extension_faults, told_suppliers
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused
from sad.letters import systems as letters
from sad.models.people import Role
from sad.models.systems import PurchasingSystem, SystemChangeKind
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.procurement.own import own_system
from sad.web.procurement.system_forms import ExtendForm, PublishedChangeForm

EXTENDED, ENDED = SystemChangeKind.EXTENDED, SystemChangeKind.ENDED


@allow(Role.BUYER)
def extend(system_id: int) -> Response:
    """Put off the last day."""
    found, form, at = own_system(system_id), ExtendForm(), clock.now()
    if not form.validate_on_submit() or not _is_possible(form, extension_faults(found, form.valid_until.data, **_said(form), at=at)):
        return form_page("procurement/system_extend.html", form, system=found)
    if "confirm" not in request.form:
        return _confirmation(found, form, EXTENDED, form.valid_until.data)
    with attempt(form) as done:
        extend_system(found, form.valid_until.data, **_said(form), by=current_person(), at=at)
    return _made(found) if done else form_page("procurement/system_extend.html", form, system=found)


@allow(Role.BUYER)
def end(system_id: int) -> Response:
    """End it now."""
    found, form, at = own_system(system_id), PublishedChangeForm(), clock.now()
    if not form.validate_on_submit() or not _is_possible(form, ending_faults(found, **_said(form), at=at)):
        return form_page("procurement/system_end.html", form, system=found)
    if "confirm" not in request.form:
        return _confirmation(found, form, ENDED, paris_day(at))
    with attempt(form) as done:
        end_system(found, **_said(form), by=current_person(), at=at)
    return _made(found) if done else form_page("procurement/system_end.html", form, system=found)


def _said(form: PublishedChangeForm) -> dict[str, str]:
    return {"notice_reference": form.notice_reference.data or "", "reason": form.reason.data or ""}


def _is_possible(form: Form, faults: list[Refusal]) -> bool:
    """Whether nothing forbids the act; else the form says all that does."""
    form.take(Refused(*faults))
    return not faults


def _confirmation(system: PurchasingSystem, form: PublishedChangeForm, kind: SystemChangeKind, until: date) -> Response:
    """The consequences, who is told and the letter, before anything happens."""
    letter = letters.changed(system, kind, until=until, **_said(form))
    return make_response(
        render_template(
            "procurement/system_change_confirm.html",
            system=system,
            form=form,
            is_end=kind == ENDED,
            until=until,
            kept=[(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "confirm")],
            told=[supplier.name for supplier in told_suppliers(system)],
            letters=[("À chaque personne de ces fournisseurs", letter.subject, letter.body)],
        )
    )


def _made(system: PurchasingSystem) -> Response:
    flash("La durée du système est changée. Les lettres partent.", "success")
    return redirect(url_for("procurement.system", system_id=system.id))
