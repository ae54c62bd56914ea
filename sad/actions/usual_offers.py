"""What a supplier usually offers: information that shows it what is coming, and never decides an admission."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from sad.actions.journal import record
from sad.clause_library import clauses
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused
from sad.domain.requirements import Nature, Requirement, json_safe, read_answer
from sad.models.applications import Application, ApplicationState
from sad.models.people import Person
from sad.models.stages import Stage, on_roadmap
from sad.models.suppliers import Supplier, UsualOffer
from sad.models.systems import PurchasingSystem

WHOLE = Decimal(100)


def declare_usual_offer(
    supplier: Supplier, values: Mapping[str, object], *, note: str = "", by: Person, at: datetime
) -> UsualOffer:
    """Keep a new declaration, by requirement key; what is left empty is not said. Earlier ones stay as they were, and
    the same said again is not kept twice. The clauses that it can honour are said by their keys; those that `values` does not
    name stay as they were said.

    Raises `Refused` with each value that cannot be read (field: its key).
    """
    said: dict[str, Any] = {}
    faults: list[Refusal] = []
    for each in usual_questions(supplier, at):
        if values.get(each.key) not in (None, ""):
            faults.extend(_say(each, values[each.key], said))
    if faults:
        raise Refused(*faults)
    said |= {key: True for key in clauses() if values.get(key, supplier.declared.get(key)) is True}
    if supplier.usual_offers and (said, note) == (supplier.usual_offers[-1].values, supplier.usual_offers[-1].note):
        return supplier.usual_offers[-1]
    offer = UsualOffer(values=said, note=note, declared_by=by.id, declared_at=at)
    supplier.usual_offers.append(offer)
    record("declare_usual_offer", supplier, by=by, at=at, values=said)
    return offer


def usual_questions(supplier: Supplier, at: datetime) -> list[Requirement]:
    """What the stages of its systems say of offers, each once: those to which it applies, else all those that are open."""
    found: dict[str, Requirement] = {}
    for stage in _stages(supplier, at):
        for each in stage.as_value().of_nature(Nature.SPECIFICATION, None, supplier.families):
            known = found.get(each.key)
            if known is None or known.comparison == "any":
                found[each.key] = each
    return list(found.values())


def _stages(supplier: Supplier, at: datetime) -> list[Stage]:
    published = select(Stage).where(on_roadmap()).order_by(Stage.system_id, Stage.effective_on, Stage.number)
    applied = select(Application.system_id).where(
        Application.supplier_id == supplier.id, Application.state != ApplicationState.WITHDRAWN
    )
    own = list(session.scalars(published.where(Stage.system_id.in_(applied))))
    if own:
        return own
    open_ones = select(PurchasingSystem.id).where(
        PurchasingSystem.opened_at <= at, PurchasingSystem.valid_until >= paris_day(at), PurchasingSystem.ended_at.is_(None)
    )
    return list(session.scalars(published.where(Stage.system_id.in_(open_ones))))


def _say(asked: Requirement, value: object, said: dict[str, Any]) -> Iterator[Refusal]:
    """Put a value among those said, or say why it cannot be read."""
    answer = read_answer(asked, value)
    if answer is None:
        expected = "oui ou non" if asked.unit == "yes_no" else "un nombre"
        yield Refusal(f"Cette réponse ne se lit pas : {expected} est attendu.", "La récrire.", field=asked.key)
    elif isinstance(answer, Decimal) and (answer < 0 or (asked.unit == "percent" and answer > WHOLE)):
        bounds = "entre 0 et 100" if asked.unit == "percent" else "à partir de 0"
        yield Refusal(f"Le nombre attendu est {bounds}.", "Le corriger.", field=asked.key)
    else:
        said[asked.key] = json_safe(answer)
