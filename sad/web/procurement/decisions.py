"""What a buyer decides on an application, in two steps: the form, then what will happen and the letter as it will go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from sad import clock
from sad.actions import admissions, completions, hearings
from sad.actions.application_file import check_readable
from sad.actions.letters import people_of
from sad.actions.limits import extended_limits_of
from sad.actions.shared_acts import refuse_or_ask
from sad.domain.errors import Refusal, Refused
from sad.domain.lifecycle import moved
from sad.letters import applications as letters
from sad.letters.text import LetterText
from sad.models.applications import Application
from sad.models.approvals import Approval
from sad.models.people import Person, Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.fields import Form
from sad.web.procurement.decision_forms import AdmitForm, ExtendForm, HearForm, RefuseForm, points_form
from sad.web.procurement.own import own_application
from sad.web.running import site_address

WAITS = "Une exclusion se décide à deux : la demande est faite, un collègue la lit et l’approuve dans les 24 heures."


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act on an application: its words, its form, what forbids it, its letter, and doing it."""

    name: str
    move: str | None
    title: str
    submit: str
    done: str
    rules: tuple[str, ...]
    consequences: tuple[str, ...]
    kind: str = "primary"
    form: Callable[[Application, datetime], Form]
    faults: Callable[[Application, Any, datetime], Sequence[Refusal]]
    letter: Callable[[Application, Any, datetime], LetterText]
    act: Callable[[Application, Any, Person, datetime], object]


@allow(Role.BUYER)
def complete(application_id: int) -> Response:
    """Ask the supplier to complete its application."""
    return _page(application_id, COMPLETE)


@allow(Role.BUYER)
def extend(application_id: int) -> Response:
    """Take fifteen working days instead of ten."""
    return _page(application_id, EXTEND)


@allow(Role.BUYER)
def hear(application_id: int) -> Response:
    """Ask the supplier for its observations before an exclusion."""
    return _page(application_id, HEAR)


@allow(Role.BUYER)
def admit(application_id: int) -> Response:
    """Admit the supplier to the category."""
    return _page(application_id, ADMIT)


@allow(Role.BUYER)
def refuse(application_id: int) -> Response:
    """Refuse the application, for published reasons."""
    return _page(application_id, REFUSE)


def _page(application_id: int, act: Act) -> Response:
    application, at = own_application(application_id), clock.now()
    check_readable(application, at)
    if act.move:
        moved("application", application.state, act.move)
    form = act.form(application, at)
    if not form.validate_on_submit() or not _is_possible(application, act, form, at):
        return _form(application, act, form, at)
    if "confirm" not in request.form:
        return _confirmation(application, act, form, at)
    with attempt(form) as done:
        asked = act.act(application, form, current_person(), at)
    if not done:
        return _form(application, act, form, at)
    flash(WAITS if isinstance(asked, Approval) else act.done.format(name=application.supplier.name), "success")
    return redirect(url_for("procurement.application", application_id=application.id))


def _is_possible(application: Application, act: Act, form: Form, at: datetime) -> bool:
    """Whether nothing forbids the act; else the form says all that does."""
    faults = act.faults(application, form, at)
    form.take(Refused(*faults))
    return not faults


def _form(application: Application, act: Act, form: Form, at: datetime) -> Response:
    return form_page(
        f"procurement/application_{act.name}.html",
        form,
        application=application,
        act=act,
        examination=admissions.examination(application, at),
        due_on=completions.completion_due_on(at),
        days=completions.completion_days(at),
    )


def _confirmation(application: Application, act: Act, form: Form, at: datetime) -> Response:
    """The consequences, who is told, the rule and the letter, before anything happens."""
    letter, told = act.letter(application, form, at), people_of(application.supplier)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "confirm")]
    return Response(
        render_template(
            "procurement/application_confirm.html",
            application=application,
            act=act,
            form=form,
            kept=kept,
            told=[f"{person.name}, {person.email}" for person in told],
            letters=[(application.supplier.name, letter.subject, letter.body)],
        )
    )


def _findings(application: Application, at: datetime, *kinds: str):  # type: ignore[no-untyped-def]
    return [each for each in admissions.examination(application, at).findings if each.kind in kinds]


def _admission_faults(application: Application, form: AdmitForm, at: datetime) -> list[Refusal]:
    fault = admissions.admission_fault(application, form.note.data or "", at)
    return [fault] if fault else []


COMPLETE = Act(
    name="complete",
    move="request_completion",
    title="Demander un complément",
    submit="Demander ce complément",
    done="La demande de complément part à {name}.",
    rules=("ADM-07", "ADM-05"),
    consequences=(
        "Le fournisseur a le même nombre de jours que tous les autres candidats.",
        "Le délai de réponse de la collectivité continue de courir : prolongez l’examen si le complément le justifie.",
    ),
    form=lambda application, at: points_form(application, _findings(application, at, "missing")),
    faults=lambda application, form, at: completions.asked_faults(application, form.reasons()),
    letter=lambda application, form, at: letters.completion_request(
        application, form.reasons(), days=completions.completion_days(at), due_on=completions.completion_due_on(at)
    ),
    act=lambda application, form, by, at: completions.request_completion(application, form.reasons(), by=by, at=at),
)
EXTEND = Act(
    name="extend",
    move=None,
    title="Prolonger l’examen à quinze jours",
    submit="Prolonger l’examen",
    done="L’examen est prolongé. {name} en reçoit la raison.",
    rules=("SAD-09",),
    consequences=("La réponse est due en quinze jours ouvrés au lieu de dix. Cela ne se fait qu’une fois.",),
    form=lambda application, at: ExtendForm(),
    faults=lambda application, form, at: list(admissions.extension_faults(application, form.reason.data, at)),
    letter=lambda application, form, at: letters.evaluation_extended(
        application, reason=form.reason.data, due_on=extended_limits_of(application).hard
    ),
    act=lambda application, form, by, at: admissions.extend_evaluation(application, reason=form.reason.data, by=by, at=at),
)
HEAR = Act(
    name="hear",
    move="hear",
    title="Entendre l’entreprise avant une exclusion",
    submit="Demander ses observations",
    done="La demande d’observations part à {name}.",
    rules=("ADM-08",),
    consequences=(
        "Rien n’est décidé : l’entreprise peut répondre, et être admise ensuite.",
        "Une exclusion serait décidée par une autre personne que vous.",
    ),
    form=lambda application, at: HearForm(),
    faults=lambda application, form, at: list(hearings.hearing_faults(form.ground.data, form.facts.data)),
    letter=lambda application, form, at: letters.hearing(
        application, ground=form.ground.data, facts=form.facts.data, due_on=completions.completion_due_on(at)
    ),
    act=lambda application, form, by, at: hearings.ask_hearing(
        application, ground=form.ground.data, facts=form.facts.data, by=by, at=at
    ),
)
ADMIT = Act(
    name="admit",
    move="admit",
    title="Admettre",
    submit="Admettre et envoyer la lettre",
    done="{name} est admis. La lettre part.",
    rules=("SAD-11", "SAD-12"),
    consequences=(
        "Le fournisseur est admis dans la catégorie jusqu’à la fin du système.",
        "Il sera invité à chaque consultation envoyée à partir de maintenant, jamais à celles qui sont déjà parties.",
        "Le nombre d’admis n’est pas limité.",
    ),
    form=lambda application, at: AdmitForm(),
    faults=_admission_faults,
    letter=lambda application, form, at: letters.admitted(application, at=at),
    act=lambda application, form, by, at: admissions.admit(application, note=form.note.data or "", by=by, at=at),
)
REFUSE = Act(
    name="refuse",
    move="refuse",
    title="Refuser",
    submit="Refuser et envoyer la lettre",
    done="La candidature de {name} est refusée. La lettre motivée part.",
    rules=("ADM-09", "ADM-01", "SAD-12"),
    kind="danger",
    consequences=(
        "Une exclusion se décide à deux : rien ne part avant qu’un collègue n’ait approuvé ce que vous lisez ici.",
        "La décision est définitive : seule une nouvelle candidature peut la changer, et elle est possible tout de suite.",
        "La lettre cite les conditions publiées, dit quoi corriger, comment revenir, et les recours.",
    ),
    form=lambda application, at: points_form(application, _findings(application, at, "insufficient", "missing"), RefuseForm),
    faults=lambda application, form, at: admissions.reason_faults(application, form.reasons(), by=current_person(), at=at),
    letter=lambda application, form, at: letters.refused(application, form.reasons(), at=at),
    act=lambda application, form, by, at: refuse_or_ask(application, form.reasons(), home=site_address(), by=by, at=at),
)
