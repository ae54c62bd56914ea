"""The jury of a blind tasting: who tastes, who is released, and what each one's sheet says, by code."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select

from sad import parameters
from sad.actions.journal import record
from sad.actions.tastings import announced_at, criterion_of, hold_tasting
from sad.db import session
from sad.domain.calendar import PARIS, paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.scoring.numbers import read_number, written
from sad.domain.sentences import french_moment
from sad.domain.tastings import MOST_JURORS, TypedMark, sheet_faults
from sad.domain.wording import folded
from sad.models.evaluations import ConflictDeclaration
from sad.models.people import Person
from sad.models.tastings import Tasting, TastingJuror, TastingMark

TWO_ROLES = "Qui a préparé les codes ne goûte pas : cette personne sait de qui vient chaque échantillon."
ANOTHER = "Choisir une autre personne."


def enrol_juror(
    tasting: Tasting, *, name: str, title: str, person: Person | None, has_conflict: bool, by: Person, at: datetime
) -> TastingJuror:
    """Add a juror: an agent (`person`), or somebody from outside by name, with the declaration made on interests (L2141-10).

    Raises `Refused` with every fault: prepared the codes, received a sample, has an interest, is there already.
    """
    hold_tasting(tasting, by=by, at=at)
    called = person.name if person else name.strip()
    faults = [*_juror_faults(tasting, called, person, has_conflict)]
    if faults:
        raise Refused(*faults)
    juror = TastingJuror(
        prepared_by=tasting.prepared_by,
        person_id=person.id if person else None,
        name=called,
        title=title.strip(),
        declared_at=at,
        recorded_by=by.id,
    )
    tasting.jurors.append(juror)
    record("enrol_juror", juror, by=by, at=at, organisation_id=tasting.organisation_id, tasting=tasting.id, name=called)
    return juror


def release_juror(juror: TastingJuror, reason: str, *, by: Person, at: datetime) -> TastingJuror:
    """Go on without a juror, for a written reason; never once its sheet is typed, since marks would be chosen."""
    hold_tasting(juror.tasting, by=by, at=at)
    faults = []
    if juror.sheet_typed_at is not None:
        faults.append(Refusal("Sa fiche est déjà saisie : ses notes comptent.", "", "ANA-05"))
    if juror.released_at is not None:
        faults.append(Refusal("Cette personne est déjà libérée.", "", "ANA-05"))
    if not reason.strip():
        faults.append(Refusal("Le motif manque.", "Dire pourquoi cette personne ne goûte pas.", "ANA-05", "reason"))
    if faults:
        raise Refused(*faults)
    juror.released_at, juror.released_reason = at, reason.strip()
    organisation_id = juror.tasting.organisation_id
    record("release_juror", juror, by=by, at=at, organisation_id=organisation_id, reason=juror.released_reason)
    return juror


def type_sheet(juror: TastingJuror, typed: Mapping[int, TypedMark], *, by: Person, at: datetime) -> TastingJuror:
    """Keep the sheet of one juror, once and for all: a mark for each sample that came, by code.

    A juror with an account types its own sheet; another person types those on paper, never who prepared the codes.
    Raises `Refused` with every fault.
    """
    tasting = hold_tasting(juror.tasting, by=by, at=at)
    scale = criterion_of(tasting).options["scale"]
    codes = [sample.code for sample in tasting.tasted]
    faults = [*_typing_faults(juror, by), *_readiness_faults(tasting, at)] or [*sheet_faults(typed, codes, scale)]
    if faults:
        raise Refused(*faults)
    for sample in tasting.tasted:
        mark = typed[sample.code]
        value = written(read_number(mark.value.strip().replace(",", ".")))
        juror.marks.append(TastingMark(tasting_id=tasting.id, sample=sample, value=value, remark=mark.remark.strip()))
    juror.sheet_typed_at, juror.sheet_typed_by = at, by.id
    marks = {str(mark.sample.code): [mark.value, mark.remark] for mark in juror.marks}
    record("type_sheet", juror, by=by, at=at, organisation_id=tasting.organisation_id, marks=marks)
    return juror


def least_jurors(at: datetime) -> int:
    """How many people taste at least."""
    return int(parameters.value("tasting_minimum_jurors", on=paris_day(at)))


def readiness_faults(tasting: Tasting, at: datetime) -> list[Refusal]:
    """Why nobody can type a sheet yet."""
    return list(_readiness_faults(tasting, at))


def _juror_faults(tasting: Tasting, name: str, person: Person | None, has_conflict: bool) -> Iterator[Refusal]:
    if not name:
        yield Refusal("Le nom manque.", "Choisir un agent, ou écrire le nom de la personne.", "ANA-05", "name")
    if folded(name) == folded(tasting.preparer.name) or (person is not None and person.id == tasting.prepared_by):
        yield Refusal(TWO_ROLES, ANOTHER, "ANA-05", "person")
    elif person is not None and any(person.id in (sample.received_by, sample.missing_by) for sample in tasting.samples):
        yield Refusal("Cette personne a reçu des échantillons : elle sait de qui ils viennent.", ANOTHER, "ANA-05", "person")
    if has_conflict or (person is not None and _has_declared_conflict(tasting, person)):
        message = "Cette personne a un lien avec une entreprise qui a répondu : elle ne goûte pas."
        yield Refusal(message, ANOTHER, "ANA-05", "has_conflict")
    if any(folded(juror.name) == folded(name) for juror in tasting.jurors):
        yield Refusal(f"{name} est déjà dans le jury, ou en a été libéré.", ANOTHER, "ANA-05", "name" if person is None else "person")
    if len(tasting.tasters) >= MOST_JURORS:
        yield Refusal(f"Un jury a {MOST_JURORS} personnes au plus.", "", "ANA-05")


def _has_declared_conflict(tasting: Tasting, person: Person) -> bool:
    declared = select(ConflictDeclaration.has_conflict).where(
        ConflictDeclaration.mini_tender_id == tasting.mini_tender_id, ConflictDeclaration.person_id == person.id
    )
    return bool(session.scalar(declared))


def _typing_faults(juror: TastingJuror, by: Person) -> Iterator[Refusal]:
    if juror.sheet_typed_at is not None:
        yield Refusal(f"La fiche de {juror.name} est déjà saisie.", "La fiche sur papier est gardée avec la consultation.", "ANA-05")
    if juror.released_at is not None:
        yield Refusal(f"{juror.name} est libéré et ne goûte pas.", "", "ANA-05")
    if by.id == juror.prepared_by:
        remedy = "Une autre personne saisit les fiches."
        yield Refusal("Vous avez préparé les codes : vous savez de qui vient chaque échantillon.", remedy, "ANA-05")
    elif juror.person_id != by.id and any(other.person_id == by.id for other in juror.tasting.tasters):
        yield Refusal("Vous goûtez : vous saisissez votre fiche, pas celle des autres.", "", "ANA-05")


def _readiness_faults(tasting: Tasting, at: datetime) -> Iterator[Refusal]:
    if at < announced_at(tasting):
        when = french_moment(announced_at(tasting).astimezone(PARIS))
        yield Refusal(f"La dégustation est annoncée pour le {when} : personne n’a encore goûté.", "", "CRI-12")
    waiting = sum(not sample.is_settled for sample in tasting.samples)
    if waiting:
        message = f"{waiting} échantillon{'s' if waiting > 1 else ''} : ni reçu{'s' if waiting > 1 else ''}, ni noté absent."
        yield Refusal(message, "Le dire d’abord, avec les allergènes de ceux qui sont là.", "ANA-05")
    elif not tasting.tasted:
        yield Refusal("Aucun échantillon n’est venu.", "Arrêter la dégustation avec son motif.", "ANA-05")
    least = least_jurors(at)
    if len(tasting.tasters) < least:
        message = f"Le jury a {len(tasting.tasters)} personne{'s' if len(tasting.tasters) > 1 else ''} : il en faut au moins {least}."
        yield Refusal(message, "Ajouter des dégustateurs.", "ANA-05")
