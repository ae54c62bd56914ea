"""What is asked of a supplier that answers a mini-tender."""

from datetime import datetime

from sad import parameters
from sad.domain.calendar import paris_day
from sad.domain.offers import OfferTerms, criteria_to_answer, specifications_to_answer
from sad.models.mini_tenders import MiniTender
from sad.models.suppliers import Supplier


def terms_of(mini_tender: MiniTender, supplier: Supplier, *, at: datetime) -> OfferTerms:
    """What an offer of this supplier must hold, from the frozen stage and the VAT rates of that day."""
    stage, category = mini_tender.frozen_stage(), mini_tender.category.key if mini_tender.category else ""
    return OfferTerms(
        lines=tuple((str(line.id), line.label, line.quantity, line.unit) for line in mini_tender.lines),
        specifications=specifications_to_answer(stage, category, supplier.families),
        criteria=criteria_to_answer(stage, category),
        vat_rates=tuple(parameters.value("vat_rates", on=paris_day(at))),
        is_vat_exempt=supplier.is_vat_exempt,
    )
