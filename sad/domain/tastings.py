"""Blind tastings: what an announcement must say, codes that tell nothing, sheets, and what they come to.

Nothing here knows the name of a tenderer: marks come and go by code.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from sad.domain.errors import Refusal
from sad.domain.scoring.numbers import french, printed, read_number, written
from sad.domain.sentences import french_date, listed

FIRST_CODE, LAST_CODE = 100, 999
MOST_SAMPLES = 60
MOST_JURORS = 12
LONGEST_REMARK = 250  # the remarks of the whole jury hold in the reason of one mark
DECIMALS = 2


class MissingRule(StrEnum):
    """What was announced of an offer whose sample never comes."""

    FILE = "file"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the invitation says of a tasting; `happens_at` is aware, `criterion` the key of the one that it marks."""

    criterion: str
    criterion_label: str
    happens_at: datetime
    place: str
    samples: str
    missing_rule: MissingRule


@dataclass(frozen=True, slots=True)
class TypedMark:
    """A mark as somebody typed it, with its remark."""

    value: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What a jury gave to one sample: exact mean, lowest and highest marks, out of `scale`."""

    tasters: int
    mean: Fraction
    lowest: Fraction
    highest: Fraction
    scale: Fraction
    remarks: tuple[str, ...]

    @property
    def proposed(self) -> str:
        """The mark proposed: the mean to two decimals, half up, without useless zeros."""
        return written(read_number(printed(self.mean, DECIMALS)))

    @property
    def spread(self) -> Fraction:
        """How far apart the jurors were, in points of the scale."""
        return self.highest - self.lowest


def announcement_faults(
    announced: Announcement, *, closes_at: datetime | None, served_at: datetime | None, judged: Mapping[str, str]
) -> Iterator[Refusal]:
    """Why this tasting may not be announced: not after the deadline, not before the need, or for a criterion nobody judges.

    `judged`: the criteria on which people give marks, label by key.
    """
    if judged.get(announced.criterion) != announced.criterion_label:
        message = "La dégustation compte pour un critère que personne ne note dans le palier en vigueur."
        yield Refusal(message, "Choisir de nouveau le critère de la dégustation.", "CRI-12", "tasting")
    if closes_at is not None and announced.happens_at <= closes_at:
        message = "La dégustation viendrait avant la date limite des offres : on ne goûte qu’après leur ouverture."
        yield Refusal(message, "Choisir un jour après la date limite.", "REC-01", "tasting")
    if served_at is not None and announced.happens_at >= served_at:
        yield Refusal("La dégustation viendrait après le besoin lui-même.", "Choisir un jour avant.", "CRI-12", "tasting")


def drawn_codes(count: int, sample: Callable[[range, int], list[int]]) -> tuple[int, ...]:
    """So many codes of three digits, different and never next to each other; `sample` draws without putting back.

    Two codes that follow one another would be taken one for the other, and would tell an order.
    """
    if count > MOST_SAMPLES:
        raise ValueError(f"at most {MOST_SAMPLES} samples")
    while True:
        codes = sample(range(FIRST_CODE, LAST_CODE + 1), count)
        if not code_faults(codes, count):
            return tuple(codes)


def code_faults(codes: Sequence[int], count: int) -> list[Refusal]:
    """Why these codes may not be given to so many samples."""
    remedy = "Tirer de nouveau les codes."
    if len(codes) != count:
        return [Refusal(f"Il faut {count} codes, un par échantillon.", remedy, "ANA-05")]
    faults = []
    if any(not FIRST_CODE <= code <= LAST_CODE for code in codes):
        faults.append(Refusal("Un code a trois chiffres.", remedy, "ANA-05"))
    if len(set(codes)) < len(codes):
        faults.append(Refusal("Deux échantillons ont le même code.", remedy, "ANA-05"))
    if any(code + 1 in codes for code in codes):
        faults.append(Refusal("Deux codes se suivent : ils diraient un ordre.", remedy, "ANA-05"))
    return faults


def tasting_order(codes: Collection[int], place: int) -> tuple[int, ...]:
    """The order in which the juror of that place (from 0) tastes: each begins with another sample, every other round backwards.

    It follows from the codes alone, so it tells nothing of who made what.
    """
    sorted_codes = sorted(codes)
    if not sorted_codes:
        return ()
    turn, start = divmod(place, len(sorted_codes))
    turned = sorted_codes[start:] + sorted_codes[:start]
    return tuple(turned if turn % 2 == 0 else [turned[0], *reversed(turned[1:])])


def sheet_faults(typed: Mapping[int, TypedMark], codes: Collection[int], scale: Fraction) -> Iterator[Refusal]:
    """Everything wrong in a sheet, by code: each sample has a mark from 0 to the scale, and a remark under half of it."""
    for code in sorted(set(typed) - set(codes)):
        yield Refusal(f"Aucun échantillon ne porte le code {code}.", "Relire la fiche.", "ANA-05")
    for code in sorted(codes):
        mark = typed.get(code, TypedMark(""))
        value = read_mark(mark.value, scale)
        if value is None:
            remedy = "Écrire un nombre, avec deux décimales au plus : par exemple 7,5."
            yield Refusal(f"Échantillon {code} : la note va de 0 à {french(written(scale))}.", remedy, "ANA-05", f"value_{code}")
        elif value * 2 < scale and not mark.remark.strip():
            message = f"Échantillon {code} : une note sous la moitié demande une remarque."
            yield Refusal(message, "Dire en quelques mots ce qui manquait.", "ANA-05", f"remark_{code}")
        if len(mark.remark.strip()) > LONGEST_REMARK:
            message = f"Échantillon {code} : la remarque est trop longue."
            yield Refusal(message, f"{LONGEST_REMARK} caractères au plus.", "ANA-05", f"remark_{code}")


def read_mark(text: str, scale: Fraction) -> Fraction | None:
    """The mark that somebody typed, comma or point; None when it is not on the scale or finer than a hundredth."""
    try:
        mark = read_number(text.strip().replace(",", "."))
    except ValueError:
        return None
    return mark if 0 <= mark <= scale and (mark * 10**DECIMALS).denominator == 1 else None


def result_of(marks: Sequence[tuple[Fraction, str]], scale: Fraction) -> SampleResult:
    """What the marks of one sample, each with its remark, come to. Raises ValueError without any mark."""
    if not marks:
        raise ValueError("a sample that nobody tasted has no result")
    values = [value for value, _ in marks]
    remarks = tuple(remark.strip() for _, remark in marks if remark.strip())
    return SampleResult(len(values), sum(values, Fraction()) / len(values), min(values), max(values), scale, remarks)


def result_sentence(result: SampleResult, held_on: date) -> str:
    """What the tenderer reads beside its mark."""
    people = f"{result.tasters} personne{'s' if result.tasters > 1 else ''}"
    lowest, highest = (french(written(value)) for value in (result.lowest, result.highest))
    spread = f"toutes à {lowest}" if lowest == highest else f"de {lowest} à {highest}"
    said = f"{french(result.proposed)} sur {french(written(result.scale))}, {spread}"
    remarks = f" Remarques : {' ; '.join(f'« {remark} »' for remark in result.remarks)}." if result.remarks else ""
    return f"Dégustation à l’aveugle du {french_date(held_on)} par {people} : {said}.{remarks}"


def missing_sentence(rule: MissingRule, reason: str) -> str:
    """What the tenderer reads whose sample never came."""
    ends = {
        MissingRule.ZERO: "La consultation annonçait qu’une offre sans échantillon reçoit 0 à ce critère.",
        MissingRule.FILE: "Ce critère est noté sur le dossier, comme la consultation l’annonçait.",
    }
    return f"Aucun échantillon n’a été remis ({reason}). {ends[rule]}"


def stopped_sentence(reason: str) -> str:
    """What every tenderer reads when the tasting was given up."""
    return f"La dégustation n’a pas donné de résultat ({reason}). Ce critère est noté sur le dossier."


def closing_faults(sheets: int, waiting: Sequence[str], least: int) -> Iterator[Refusal]:
    """Why names may not be revealed yet: sheets that are not typed, by name of juror, or fewer than `least` of them."""
    if waiting:
        message = f"Il manque {'une fiche' if len(waiting) == 1 else f'{len(waiting)} fiches'} : {listed(waiting)}."
        yield Refusal(message, "Saisir chaque fiche, ou libérer ce dégustateur avec le motif.", "ANA-05")
    if sheets < least:
        message = f"{sheets} fiche{'s' if sheets > 1 else ''} saisie{'s' if sheets > 1 else ''}, il en faut au moins {least}."
        yield Refusal(message, "Ajouter un dégustateur, ou arrêter la dégustation avec son motif.", "ANA-05")
