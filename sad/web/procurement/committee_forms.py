"""Forms of an award committee: its rules, its members, a convening, and the sheet on which a sitting is typed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from sad.actions.committees import Named, Terms
from sad.actions.minutes import Sheet
from sad.actions.opinions import Waiting
from sad.actions.sittings import Convening
from sad.domain.committees import Ballot, Opinion, Presence
from sad.letters.wording import short_date
from sad.models.committees import Committee, CommitteeMember
from sad.models.people import Person
from sad.models.sittings import Sitting, SittingItem
from sad.reports.minutes import BALLOTS
from sad.web.drafts import as_version
from sad.web.fields import CheckboxesField, DecimalField, EmailField, Form, IntegerField, ParisDateTimeField, Required

SHORT = Length(max=200, message="Au plus 200 caractères.")
LONG = Length(max=4000, message="Au plus 4 000 caractères.")
FROM_OUTSIDE, SUBSTITUTE, NOBODY = 0, 0, 0
NOT_SAID = ""


class TermsForm(Form):
    """The rules of the house."""

    name = StringField("Le nom de la commission", [Required("Donnez un nom."), SHORT], description="Par exemple : Commission des achats.")
    is_asked = RadioField(
        "Son avis",
        [Required("Choisissez l’une des deux phrases.")],
        choices=[("yes", "Demandé avant de proposer une attribution."), ("no", "Plus demandé : les attributions n’attendent pas d’avis.")],
    )
    asked_from = DecimalField(
        "À partir de quel montant, hors taxe", [Required("Écrivez un montant.")], description="Montant de l’offre retenue. 0 pour toutes."
    )
    seats = IntegerField("Nombre de sièges", [Required("Écrivez un nombre.")], description="Présidence comprise.")
    quorum = IntegerField(
        "Quorum", [Required("Écrivez un nombre.")], description="Votants qu’il faut pour chaque dossier : plus de la moitié des sièges."
    )
    first_at = ParisDateTimeField(
        "Une séance habituelle", [Required("Donnez le jour et l’heure.")], description="Elle fixe le jour de la semaine et l’heure."
    )
    interval_days = IntegerField(
        "Puis tous les", [Required("Écrivez un nombre.")], description="14 jours : un jour fixe, une semaine sur deux."
    )
    place = StringField("Lieu habituel", [Required("Donnez le lieu."), SHORT])

    @classmethod
    def of(cls, committee: Committee | None, *, interval_days: int) -> "TermsForm":
        """The form with the rules in force, or with those of most houses."""
        if committee is None:
            return cls(data={"is_asked": "yes", "asked_from": Decimal(0), "seats": 5, "quorum": 3, "interval_days": interval_days})
        kept = {name: getattr(committee, name) for name in ("name", "asked_from", "seats", "quorum", "first_at", "interval_days", "place")}
        return cls(data={**kept, "is_asked": "yes" if committee.is_asked else "no"})

    def terms(self) -> Terms:
        """What was written."""
        return Terms(
            name=self.name.data,
            is_asked=self.is_asked.data == "yes",
            asked_from=self.asked_from.data,
            seats=self.seats.data,
            quorum=self.quorum.data,
            first_at=self.first_at.data,
            interval_days=self.interval_days.data,
            place=self.place.data,
        )


class MemberForm(Form):
    """Somebody to name."""

    seat = SelectField("Sa place", coerce=int)
    person = SelectField("Son compte", coerce=int, description="Avec un compte, ses déclarations d’intérêts comptent seules.")
    name = StringField("Son nom, sans compte", [SHORT])
    email = EmailField("Son adresse électronique, sans compte", [SHORT], description="Les convocations y partent.")
    title = StringField("Sa fonction", [SHORT], description="Par exemple : vice-présidente à l’alimentation.")

    def offer(self, vacant: Iterable[int], people: Iterable[Person]) -> "MemberForm":
        """The same, with the seats that are free and the agents who may be named."""
        seats = [(seat, "Présidence, siège 1" if seat == 1 else f"Titulaire, siège {seat}") for seat in vacant]
        self.seat.choices = [*seats, (SUBSTITUTE, "Suppléant")]
        self.person.choices = [(FROM_OUTSIDE, "Aucun compte"), *((each.id, each.name) for each in people)]
        return self

    def named(self, people: Iterable[Person]) -> Named:
        """Who was written."""
        person = next((each for each in people if each.id == self.person.data), None)
        said = {"name": self.name.data or "", "title": self.title.data or "", "email": self.email.data or ""}
        return Named(seat=self.seat.data or None, person=person, **said)


class ConveningForm(Form):
    """When, where, on what."""

    held_at = ParisDateTimeField("La séance", [Required("Donnez le jour et l’heure.")])
    place = StringField("Le lieu", [Required("Donnez le lieu."), SHORT])
    rankings = CheckboxesField("L’ordre du jour", [Required("Choisissez au moins un dossier.")], coerce=int)

    @classmethod
    def of(cls, waiting: Sequence[Waiting], *, held_at: datetime, place: str) -> "ConveningForm":
        """The form with what waits; a file with an unfavourable opinion is offered and not ticked."""
        fresh = [each.ranking.id for each in waiting if each.last is None or each.last.opinion != Opinion.UNFAVOURABLE]
        form = cls(data={"held_at": held_at, "place": place, "rankings": fresh})
        form.rankings.choices = [(each.ranking.id, each.ranking.mini_tender.title) for each in waiting]
        return form

    def convening(self, waiting: Sequence[Waiting]) -> Convening:
        """What was chosen, in the order of the list."""
        chosen = [each.ranking for each in waiting if each.ranking.id in (self.rankings.data or ())]
        return Convening(held_at=self.held_at.data, place=self.place.data, rankings=chosen)


class CancelSittingForm(Form):
    reason = TextAreaField("Le motif", [Required("Écrivez le motif."), LONG], description="Les membres le lisent.")


class VersionForm(Form):
    """An act on the sitting as its page showed it."""

    version = HiddenField(filters=[as_version])


@dataclass(frozen=True, slots=True)
class Votes:
    """The fields of one file: `lines` by seat."""

    item: SittingItem
    lines: Mapping[int, str]
    postponed: str


class SheetForm(VersionForm):
    """Who sits in each seat, and what each says of each file: one screen."""

    seats: Sequence[int] = ()
    votes: Sequence[Votes] = ()

    def sheet(self) -> Sheet:
        """What was typed."""
        return Sheet(
            presences=[Presence(seat, self[f"seat_{seat}"].data or None) for seat in self.seats],
            ballots={
                each.item.id: {seat: Ballot(self[name].data) for seat, name in each.lines.items() if self[name].data} for each in self.votes
            },
            postponed={each.item.id: self[each.postponed].data or "" for each in self.votes},
        )


def sheet_form(sitting: Sitting, titulars: Mapping[int, CommitteeMember | None]) -> SheetForm:
    """The sheet of a sitting with what is kept of it; a seat offers its titular, the substitutes, and nobody."""
    substitutes = [(member.id, f"Suppléance : {member.name}") for member in sitting.committee.substitutes]
    fields: dict[str, object] = {"seats": tuple(titulars)}
    kept: dict[str, object] = {"version": sitting.version}
    held = {each.seat: each.sitter_id for each in sitting.presences}
    for seat, member in titulars.items():
        choices = [*([(member.id, "Présent")] if member else []), *substitutes, (NOBODY, "Absent" if member else "Vacant")]
        fields[f"seat_{seat}"] = SelectField(_seat_label(seat, member), coerce=int, choices=choices)
        kept[f"seat_{seat}"] = held[seat] or NOBODY if seat in held else member.id if member else NOBODY
    votes = [_votes(item, titulars, fields, kept) for item in sitting.items]
    return type("SheetForm", (SheetForm,), {**fields, "votes": votes})(data=kept)


def _votes(item: SittingItem, titulars: Mapping[int, CommitteeMember | None], fields: dict[str, object], kept: dict[str, object]) -> Votes:
    found = {vote.seat: vote.ballot for vote in item.votes}
    sitters = {each.seat: each.sitter for each in item.sitting.presences if each.sitter}
    choices = [(NOT_SAID, "–"), *((each.value, words) for each, words in BALLOTS.items())]
    for seat, member in titulars.items():
        fields[f"vote_{item.id}_{seat}"] = SelectField(_seat_label(seat, sitters.get(seat, member)), choices=choices)
        kept[f"vote_{item.id}_{seat}"] = found.get(seat, NOT_SAID)
    postponed = f"postponed_{item.id}"
    fields[postponed] = StringField("Ou reporté, parce que", [Length(max=1000, message="Au plus 1 000 caractères.")])
    kept[postponed] = item.postponed_reason
    return Votes(item, {seat: f"vote_{item.id}_{seat}" for seat in titulars}, postponed)


def _seat_label(seat: int, member: CommitteeMember | None) -> str:
    role = "Présidence" if seat == 1 else f"Siège {seat}"
    return f"{role} : {member.name}" if member else role


def last_words(waiting: Sequence[Waiting]) -> dict[int, str]:
    """For each ranking, the opinion that it has already had."""
    words = {Opinion.UNFAVOURABLE: "Avis défavorable", Opinion.POSTPONED: "Reporté"}
    return {
        each.ranking.id: f"{words[Opinion(each.last.opinion)]} à la séance du {short_date(each.last.sitting.held_at)}."
        for each in waiting
        if each.last is not None and each.last.opinion
    }
