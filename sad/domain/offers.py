"""What an offer holds: prices by line with their VAT, a value for each specification, answers to criteria; all its faults at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sad.domain.errors import Refusal
from sad.domain.requirements import Nature, Requirement, is_met, json_safe, read_answer, shortfall
from sad.domain.sentences import french_number, listed
from sad.domain.stages import Stage

CENT = Decimal("0.01")
GREATEST_PRICE = Decimal("1000000")
EXEMPT = Decimal(0)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of the need with what is offered for it: EUR excl. VAT for one unit, VAT rate in percent."""

    key: str
    label: str
    quantity: Decimal
    unit: str
    unit_price: Decimal | None
    vat_rate: Decimal | None

    @property
    def amount(self) -> Decimal:
        """EUR excl. VAT, to the cent, half up."""
        return _cents(self.quantity * (self.unit_price or Decimal(0)))


@dataclass(frozen=True, slots=True)
class VatAmount:
    """The VAT due at one rate: base and tax, EUR."""

    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class OfferContent:
    """An offer as the supplier fills it; `values` go by key of specification, `answers` by key of criterion."""

    lines: tuple[PricedLine, ...]
    values: Mapping[str, Any]
    answers: Mapping[str, Any]
    note: str = ""

    @property
    def total(self) -> Decimal:
        """EUR excl. VAT: the exact sum of the amounts of the lines."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def vat(self) -> tuple[VatAmount, ...]:
        """The VAT by rate, the lowest rate first; rounded once for each rate."""
        rates = sorted({line.vat_rate for line in self.lines if line.vat_rate is not None})
        bases = [(rate, sum((line.amount for line in self.lines if line.vat_rate == rate), Decimal("0.00"))) for rate in rates]
        return tuple(VatAmount(rate, base, _cents(base * rate / 100)) for rate, base in bases)

    @property
    def total_with_vat(self) -> Decimal:
        """EUR incl. VAT."""
        return self.total + sum((each.tax for each in self.vat), Decimal("0.00"))

    def to_dict(self) -> dict[str, Any]:
        """JSON values only, decimals as text: what is sealed, and what an opened offer keeps."""
        return {
            "prices": {line.key: json_safe(line.unit_price) for line in self.lines},
            "vat": {line.key: json_safe(line.vat_rate) for line in self.lines},
            "values": json_safe(self.values),
            "answers": json_safe(self.answers),
            "note": self.note,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], lines: Iterable[tuple[str, str, Decimal, str]]) -> "OfferContent":
        """The offer that `to_dict` gave, for the (key, label, quantity, unit) of the need's lines."""
        prices, vat = content.get("prices", {}), content.get("vat", {})
        return cls(
            tuple(
                PricedLine(key, label, quantity, unit, _number(prices.get(key)), _number(vat.get(key)))
                for key, label, quantity, unit in lines
            ),
            content.get("values", {}),
            content.get("answers", {}),
            content.get("note", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """What the offer of one supplier must hold: `lines` are the (key, label, quantity, unit) of the need, rates are in percent."""

    lines: tuple[tuple[str, str, Decimal, str], ...]
    specifications: tuple[Requirement, ...]
    criteria: tuple[Requirement, ...]
    vat_rates: tuple[Decimal, ...]
    is_vat_exempt: bool = False

    def read(self, content: Mapping[str, Any]) -> OfferContent:
        """An offer, even unfinished, from what `OfferContent.to_dict` gave; values as their unit wants them where they can be read."""
        offer = OfferContent.from_dict(content, self.lines)
        return replace(offer, values=_said(self.specifications, offer.values), answers=_said(self.criteria, offer.answers))

    def faults(self, offer: OfferContent) -> list[Refusal]:
        """All that keeps it from being deposited."""
        rates = (EXEMPT,) if self.is_vat_exempt else self.vat_rates
        asked = {"specifications": self.specifications, "criteria": self.criteria}
        return offer_faults(offer, **asked, vat_rates=rates, is_vat_exempt=self.is_vat_exempt)

    def shortfalls(self, offer: OfferContent) -> list[str]:
        """Why it would be irregular, in French."""
        return shortfalls(offer, self.specifications)


def regularised(content: Mapping[str, Any], values: Mapping[str, Any] | None) -> dict[str, Any]:
    """An opened offer with the values accepted since, by key of specification; prices, quantities and answers never move (R2152-2)."""
    return {**content, "values": {**content.get("values", {}), **(values or {})}}


def specifications_to_answer(stage: Stage, category: str, families: Collection[str]) -> tuple[Requirement, ...]:
    """The specifications for which the offer gives a value, in published order.

    One from which the category or the supplier is exempt is answered all the same when a criterion scores its value, without
    the minimum.
    """
    scored = {each.source for each in stage.of_nature(Nature.AWARD_CRITERION, category)}
    asked = [(each, each.applies_to(category, families)) for each in stage.of_nature(Nature.SPECIFICATION)]
    return tuple(
        each if is_asked else replace(each, comparison="any", threshold=None) for each, is_asked in asked if is_asked or each.key in scored
    )


def criteria_to_answer(stage: Stage, category: str) -> tuple[Requirement, ...]:
    """The criteria that the supplier answers itself: neither the price, nor a mark given by people, nor a specification's value."""
    criteria = stage.of_nature(Nature.AWARD_CRITERION, category)
    return tuple(each for each in criteria if not each.price and not each.source and each.method.get("method") != "scale")


def offer_faults(
    offer: OfferContent,
    *,
    specifications: Sequence[Requirement],
    criteria: Sequence[Requirement],
    vat_rates: Collection[Decimal],
    is_vat_exempt: bool,
) -> list[Refusal]:
    """All that keeps an offer from being deposited; each names its field (`price-<line>`, `vat-<line>`, `value-<key>`, `answer-<key>`).

    A value under a specification is no fault: the supplier is told, the buyer decides (ANA-01).
    """
    faults = [fault for line in offer.lines for fault in _line_faults(line, vat_rates, is_vat_exempt)]
    faults += [fault for each in specifications for fault in _value_faults(each, offer.values.get(each.key), "value")]
    faults += [fault for each in criteria for fault in _value_faults(each, offer.answers.get(each.key), "answer")]
    return faults


def shortfalls(offer: OfferContent, specifications: Sequence[Requirement]) -> list[str]:
    """Why the offer would be irregular, in French: the specifications of its stage that it does not meet (L2152-2)."""
    return [
        shortfall(each, offer.values.get(each.key))
        for each in specifications
        if each.comparison != "any" and is_met(each, offer.values.get(each.key)) is False
    ]


def _line_faults(line: PricedLine, vat_rates: Collection[Decimal], is_vat_exempt: bool) -> list[Refusal]:
    faults = [fault for fault in (_price_fault(line),) if fault]
    field = f"vat-{line.key}"
    if is_vat_exempt and line.vat_rate not in (None, EXEMPT):
        faults.append(
            Refusal(
                f"« {line.label} » : votre entreprise ne facture pas la TVA (CGI, article 293 B).",
                "Choisir 0 %, ou corriger votre fiche si votre situation a changé.",
                field=field,
            )
        )
    elif line.vat_rate is None or line.vat_rate not in vat_rates:
        known = listed([f"{french_number(rate)} %" for rate in sorted(vat_rates)], "ou")
        fault = "il manque le taux de TVA" if line.vat_rate is None else "ce taux de TVA n’existe pas"
        faults.append(Refusal(f"« {line.label} » : {fault}.", f"Choisir {known}.", field=field))
    return faults


def _price_fault(line: PricedLine) -> Refusal | None:
    field, price = f"price-{line.key}", line.unit_price
    if price is None:
        return Refusal(f"« {line.label} » : le prix manque.", f"Écrire le prix hors taxe pour une unité ({line.unit}).", field=field)
    if price <= 0:
        return Refusal(f"« {line.label} » : le prix doit être supérieur à zéro.", "Corriger le prix.", field=field)
    if price > GREATEST_PRICE or price != _cents(price):
        return Refusal(f"« {line.label} » : ce prix ne se paie pas au centime.", "Écrire un prix en euros et centimes.", field=field)
    return None


def _value_faults(requirement: Requirement, value: Any, kind: str) -> list[Refusal]:
    field = f"{kind}-{requirement.key}"
    answer = read_answer(requirement, value)
    if answer is None:
        return [Refusal(f"« {requirement.label} » : il manque votre réponse.", "Répondre, même si c’est non ou zéro.", field=field)]
    if isinstance(answer, Decimal) and (answer < 0 or (requirement.unit == "percent" and answer > 100)):
        bounds = "entre 0 et 100" if requirement.unit == "percent" else "égal ou supérieur à 0"
        return [Refusal(f"« {requirement.label} » : le nombre doit être {bounds}.", "Corriger le nombre.", field=field)]
    steps = requirement.method.get("steps", ()) if kind == "answer" else ()
    if steps and isinstance(answer, str) and answer not in {str(step[0]) for step in steps}:
        return [Refusal(f"« {requirement.label} » : réponse inconnue.", "Choisir dans la liste.", field=field)]
    return []


def _said(asked: Sequence[Requirement], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered to these questions alone; an answer that cannot be read stays as it was typed."""
    found = {each.key: (read_answer(each, given[each.key]), given[each.key]) for each in asked if given.get(each.key) not in (None, "")}
    return {key: json_safe(typed if answer is None else answer) for key, (answer, typed) in found.items()}


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _number(text: Any) -> Decimal | None:
    return None if text in (None, "") else Decimal(str(text))
