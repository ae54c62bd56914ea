"""Forms of marks on one criterion: one person's, an evaluator's own, the consensus of several; and who the evaluators are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from wtforms import StringField, TextAreaField

from sad.domain.consensus import Proposal
from sad.domain.errors import Refusal, Refused
from sad.domain.scoring.numbers import french, written
from sad.domain.scoring.values import Criterion
from sad.domain.sentences import of
from sad.models.evaluations import Mark
from sad.models.evaluators import EvaluatorMark
from sad.models.people import Person
from sad.web.fields import CheckboxesField, Form, Required
from sad.web.procurement.evaluation_forms import LONG
from sad.web.procurement.opened import Examined

Given = Mapping[int, Mark | EvaluatorMark]


class PanelForm(Form):
    people = CheckboxesField("Qui note", coerce=int, choices=[])
    reason = TextAreaField(
        "Pourquoi l’équipe change",
        [LONG],
        description="Seulement si des notes sont déjà données. Gardé au journal.",
        render_kw={"rows": 2},
    )


class ReleaseForm(Form):
    reason = TextAreaField(
        "Pourquoi ses notes ne sont plus attendues", [Required("Écrivez le motif."), LONG], description="Cette personne le lira."
    )


class MarksForm(Form):
    """A mark and its reason for each regular offer, on one criterion; `given`: those already there, by offer id."""

    examined: Sequence[Examined] = ()
    given: Given = {}

    def give(self, criterion: str, act: Callable[..., object], **who: object) -> None:
        """Give every mark that was typed and that changes. Raises `Refused` with the faults of all offers, each beside its field."""
        faults: list[Refusal] = []
        for each in self.examined:
            typed, before = self._typed(each.offer.id), self.given.get(each.offer.id)
            if not any(typed) or (before is not None and typed == _said(before, len(typed))):
                continue
            try:
                act(each.offer, criterion, *typed, **who)
            except Refused as refused:
                faults += [replace(one, field=f"{one.field}_{each.offer.id}" if one.field else None) for one in refused.refusals]
        if faults:
            raise Refused(*dict.fromkeys(faults))

    def _typed(self, offer_id: int) -> list[str]:
        """The value, the reason and, of a consensus, why it leaves the range."""
        fields = [self[f"{name}_{offer_id}"] for name in ("value", "reason", "apart_reason") if f"{name}_{offer_id}" in self]
        return [(field.data or "").replace(",", ".") if not place else field.data or "" for place, field in enumerate(fields)]


def _said(before: Mark | EvaluatorMark, parts: int) -> list[str] | None:
    """What was typed for the mark that is there; None when it is to be given again whatever it says."""
    if isinstance(before, EvaluatorMark):
        return [before.value, before.reason]
    return None if before.is_to_review else [before.value, before.reason, before.apart_reason or ""][:parts]


def panel_form(possible: Iterable[Person], chosen: Iterable[int]) -> PanelForm:
    """The form over those who may evaluate, with those who do."""
    form = PanelForm(data={"people": list(chosen)})
    form.people.choices = [(person.id, person.name) for person in possible]
    return form


def marks_form(examined: Sequence[Examined], criterion: Criterion, given: Given) -> MarksForm:
    """The form over these offers, filled with the marks already given."""
    return _form(examined, criterion, given, {}, {})


def consensus_form(examined: Sequence[Examined], criterion: Criterion, given: Given, proposals: Mapping[int, Proposal]) -> MarksForm:
    """The form over these offers: the marks agreed, else, or when they are to review, the mean of the evaluators and their reasons."""
    more: dict[str, object] = {}
    typed: dict[str, str] = {}
    for each in examined:
        number, proposal, mark = each.offer.id, proposals[each.offer.id], each.marks.get(criterion.key)
        more[f"apart_reason_{number}"] = _apart_field(each, proposal)
        if mark is None or mark.is_to_review:
            typed |= {f"value_{number}": french(proposal.mean), f"reason_{number}": proposal.reason}
        else:
            typed[f"apart_reason_{number}"] = mark.apart_reason or ""
    return _form(examined, criterion, given, more, typed)


def _form(
    examined: Sequence[Examined], criterion: Criterion, given: Given, more: Mapping[str, object], typed: Mapping[str, str]
) -> MarksForm:
    fields: dict[str, object] = {"examined": examined, "given": given}
    shown: dict[str, str] = {}
    scale = french(written(criterion.options["scale"]))
    for each in examined:
        value, reason, name = f"value_{each.offer.id}", f"reason_{each.offer.id}", each.offer.supplier.name
        fields[value] = StringField(f"Note {of(name)}, sur {scale}", render_kw={"inputmode": "decimal"})
        fields[reason] = TextAreaField(f"Raison de la note {of(name)}", [LONG], render_kw={"rows": 2})
        if each.offer.id in given:
            shown |= {value: french(given[each.offer.id].value), reason: given[each.offer.id].reason}
    return type("MarksForm", (MarksForm,), {**fields, **more})(data=shown | typed)


def _apart_field(examined: Examined, proposal: Proposal) -> TextAreaField:
    low, high = (french(written(value)) for value in (proposal.low, proposal.high))
    return TextAreaField(
        f"Pourquoi la note {of(examined.offer.supplier.name)} sort de celles des évaluateurs",
        [LONG],
        description=f"Seulement si elle n’est pas entre {low} et {high}. L’entreprise ne lit pas cette phrase.",
        render_kw={"rows": 2},
    )
