"""The end of a blind tasting: names revealed, means computed, and the mark that each offer is proposed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sad.actions.journal import record
from sad.actions.tasting_juries import least_jurors
from sad.actions.tastings import announced_at, code_fingerprint, committed_content, criterion_of, hold_tasting
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.scoring.numbers import read_number
from sad.domain.sentences import french_date
from sad.domain.tastings import (
    MissingRule,
    SampleResult,
    closing_faults,
    missing_sentence,
    result_of,
    result_sentence,
    stopped_sentence,
)
from sad.models.people import Person
from sad.models.tastings import Tasting, TastingSample


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a closed tasting says of one offer: its result if it was tasted, the mark proposed ("" when the file decides), why."""

    sample: TastingSample
    result: SampleResult | None
    proposed: str
    sentence: str


def close_tasting(tasting: Tasting, held_on: date, *, by: Person, at: datetime) -> Tasting:
    """Reveal the names, for good. Refused while a sheet is missing, with too few of them, or when the codes were changed (REC-07)."""
    hold_tasting(tasting, by=by, at=at)
    waiting = [juror.name for juror in tasting.tasters if juror.sheet_typed_at is None]
    faults = [*closing_faults(len(tasting.tasters) - len(waiting), waiting, least_jurors(at))]
    faults += [*_code_faults(tasting), *_day_faults(tasting, held_on, at)]
    if faults:
        raise Refused(*faults)
    tasting.held_on = held_on
    _reveal(tasting, by, at)
    means = {str(each.sample.code): each.proposed for each in outcomes_of(tasting)}
    record("close_tasting", tasting, by=by, at=at, held_on=held_on.isoformat(), codes=code_table(tasting), salt=tasting.salt, means=means)
    return tasting


def stop_tasting(tasting: Tasting, reason: str, *, by: Person, at: datetime) -> Tasting:
    """Give the tasting up for a written reason: no mark comes of it, and the criterion is marked on the file for everybody.

    Refused once every sheet is in, since the result would be put aside.
    """
    hold_tasting(tasting, by=by, at=at)
    faults = [*_code_faults(tasting)]
    typed = sum(juror.sheet_typed_at is not None for juror in tasting.tasters)
    if typed == len(tasting.tasters) and typed >= least_jurors(at):
        faults.append(Refusal("Toutes les fiches sont saisies : le résultat compte.", "Clore la dégustation.", "ANA-05"))
    if not reason.strip():
        faults.append(Refusal("Le motif manque.", "Chaque entreprise le lira avec sa note.", "ANA-05", "reason"))
    if faults:
        raise Refused(*faults)
    tasting.stopped_reason = reason.strip()
    _reveal(tasting, by, at)
    record("stop_tasting", tasting, by=by, at=at, reason=tasting.stopped_reason, codes=code_table(tasting), salt=tasting.salt)
    return tasting


def outcomes_of(tasting: Tasting) -> list[Outcome]:
    """What a closed tasting says of each sample, by supplier's name. Raises ValueError before: nothing links code and name."""
    if not tasting.is_closed:
        raise ValueError("names are not revealed")
    return sorted((_outcome(tasting, sample) for sample in tasting.samples), key=lambda each: each.sample.offer.supplier.name)


def code_table(tasting: Tasting) -> dict[str, int]:
    """The code of each offer, by code, as the fingerprint reads it."""
    return {str(sample.code): sample.offer_id for sample in tasting.samples}


def committed_text(tasting: Tasting) -> str:
    """What the fingerprint is made of after the salt, so that anybody makes it again. Raises ValueError before the closing."""
    return committed_content({each.sample.code: each.sample.offer_id for each in outcomes_of(tasting)}).decode()


def is_table_intact(tasting: Tasting) -> bool:
    """Whether the codes are those that the journal has held since before the tasting."""
    table = {sample.code: sample.offer_id for sample in tasting.samples}
    return code_fingerprint(bytes.fromhex(tasting.salt), table) == tasting.fingerprint


def _outcome(tasting: Tasting, sample: TastingSample) -> Outcome:
    if tasting.stopped_reason is not None or tasting.held_on is None:
        return Outcome(sample, None, "", stopped_sentence(tasting.stopped_reason or ""))
    if sample.missing_reason is not None:
        announced = tasting.mini_tender.announced_tasting
        assert announced is not None
        rule = MissingRule(announced.missing_rule)
        return Outcome(sample, None, "0" if rule == MissingRule.ZERO else "", missing_sentence(rule, sample.missing_reason))
    given = (mark for juror in tasting.tasters for mark in juror.marks if mark.sample_id == sample.id)
    marks = [(read_number(mark.value), mark.remark) for mark in given]
    result = result_of(marks, criterion_of(tasting).options["scale"])
    return Outcome(sample, result, result.proposed, result_sentence(result, tasting.held_on))


def _reveal(tasting: Tasting, by: Person, at: datetime) -> None:
    tasting.closed_by, tasting.closed_at = by.id, at


def _code_faults(tasting: Tasting) -> Iterator[Refusal]:
    if not is_table_intact(tasting):
        message = "Les codes ne sont plus ceux que le journal a gardés avant la dégustation."
        yield Refusal(message, "Ne rien révéler : appeler l’administrateur technique, qui compare avec le journal.", "REC-07")


def _day_faults(tasting: Tasting, held_on: date, at: datetime) -> Iterator[Refusal]:
    announced = paris_day(announced_at(tasting))
    if held_on < announced:
        message = f"La dégustation était annoncée pour le {french_date(announced)}."
        yield Refusal(message, "Dire le jour où le jury a goûté.", "CRI-12", "held_on")
    if held_on > paris_day(at):
        yield Refusal("Ce jour n’est pas encore venu.", "Dire le jour où le jury a goûté.", None, "held_on")
