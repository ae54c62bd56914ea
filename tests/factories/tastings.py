"""Mini-tenders that announce a tasting, with their codes, their jury and their sheets, at fixed dates."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sad.actions.classifications import classify_offer
from sad.actions.tasting_juries import enrol_juror, type_sheet
from sad.actions.tastings import Reception, prepare_tasting, receive_sample
from sad.db import session
from sad.domain.calendar import PARIS
from sad.domain.tastings import TypedMark
from sad.models.mini_tenders import AnnouncedTasting, MiniTender
from sad.models.people import Person
from sad.models.tastings import Tasting, TastingJuror, TastingSample
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_opened, offers_of
from tests.factories.mini_tenders import make_mini_tender

ANNOUNCED = datetime(2026, 12, 9, 10, 0, tzinfo=PARIS)
TASTED = ANNOUNCED + timedelta(hours=2)
SALT = bytes(range(32))
CODES = (731, 418, 952, 604, 287)
TENDERS = (Tender(("3.10", "4.00")), Tender(("3.20", "4.00")), Tender(("3.30", "4.00")))
OUTSIDE = ("Jeanne Peyrard", "Karim Roche", "Lucie Vial")


def make_announced(mini_tender: MiniTender | None = None, *, happens_at: datetime = ANNOUNCED, missing_rule: str = "file") -> MiniTender:
    """A draft that announces a tasting for its criterion of quality."""
    mini_tender = mini_tender or make_mini_tender()
    mini_tender.announced_tasting = AnnouncedTasting(
        organisation_id=mini_tender.organisation_id,
        criterion="quality",
        criterion_label="Qualité et adaptation au besoin",
        happens_at=happens_at,
        place="Cuisine centrale, quai 2",
        samples="3 portions de chaque pièce",
        missing_rule=missing_rule,
    )
    session.flush()
    return mini_tender


def make_examined(*tenders: Tender, by: Person | None = None, **values) -> MiniTender:
    """The same, opened, every offer said regular."""
    mini_tender = make_opened(*(tenders or TENDERS), mini_tender=make_announced(**values))
    person = by or make_evaluator(mini_tender)
    for offer in offers_of(mini_tender):
        classify_offer(offer, "regular", "Complète et conforme.", by=person, at=EXAMINED)
    return mini_tender


def make_prepared(*tenders: Tender, codes: Sequence[int] = CODES, **values) -> Tasting:
    """The same, with its codes drawn by somebody who does nothing else."""
    mini_tender = make_examined(*tenders, **values)
    count = len(offers_of(mini_tender))
    return prepare_tasting(mini_tender, codes[:count], salt=SALT, by=make_evaluator(mini_tender), at=EXAMINED)


def make_received(sample: TastingSample, *, by: Person, allergens: Sequence[str] = ("gluten",), at: datetime = TASTED) -> TastingSample:
    """A sample that came an hour after the codes."""
    arrived_at = sample.tasting.prepared_at + timedelta(hours=1)
    reception = Reception(arrived_at=arrived_at, temperature="4 °C", remark="", allergens=allergens, allergens_source="Étiquette")
    return receive_sample(sample, reception, by=by, at=at)


def make_jury(tasting: Tasting, *names: str, by: Person) -> list[TastingJuror]:
    """People from outside who have no interest."""
    said = {"title": "Cuisinière", "person": None, "has_conflict": False}
    return [enrol_juror(tasting, name=name, **said, by=by, at=EXAMINED) for name in names or OUTSIDE]


def make_ready(*tenders: Tender, **values) -> Tasting:
    """Samples received by who drew the codes, and a jury of three: sheets may be typed."""
    tasting = make_prepared(*tenders, **values)
    for sample in tasting.samples:
        make_received(sample, by=tasting.preparer)
    make_jury(tasting, by=tasting.preparer)
    return tasting


def sheet(marks: Mapping[int, str], remark: str = "Bon.") -> dict[int, TypedMark]:
    """What is typed, with the same remark for each code."""
    return {code: TypedMark(value, remark) for code, value in marks.items()}


def make_tasted(*rows: Mapping[int, str], by: Person | None = None, **values) -> Tasting:
    """The same with all its sheets: one row of marks by code for each juror."""
    tasting = make_ready(**values)
    person = by or make_evaluator(tasting.mini_tender)
    codes = [sample.code for sample in tasting.tasted]
    given = rows or (dict.fromkeys(codes, "7"),) * len(tasting.tasters)
    for juror, row in zip(tasting.tasters, given, strict=True):
        type_sheet(juror, sheet(row), by=person, at=TASTED)
    return tasting
