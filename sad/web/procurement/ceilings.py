"""« Où en sont les montants »: what a system engages against its announced maximum and the thresholds of the law."""

from flask import render_template

from sad import clock, parameters
from sad.actions.amounts import account_of
from sad.actions.ceilings import ceiling_law, ceiling_of
from sad.actions.systems import procedure_of
from sad.domain.amounts import by_category, by_service, by_year
from sad.domain.calendar import paris_day
from sad.web.access import allow
from sad.web.procurement.own import own_system
from sad.web.procurement.systems import READERS


@allow(*READERS)
def amounts(system_id: int) -> str:
    """By category and in all, with the projection to the end of the validity."""
    found, at = own_system(system_id), clock.now()
    ceiling, law, account = ceiling_of(found, at), ceiling_law(at), account_of(found)
    judged_at = found.opened_at or at
    return render_template(
        "procurement/system_amounts.html",
        system=found,
        ceiling=ceiling,
        account=account,
        by_year=by_year(account.contracts),
        by_category=by_category(account.contracts),
        by_service=by_service(account.contracts),
        law=law,
        engagement=ceiling.engagement(law),
        pace=ceiling.pace(law),
        projection=ceiling.projection(law),
        reached_on=ceiling.reached_on(law),
        level=procedure_of(found, judged_at),
        threshold=parameters.parameter("formal_procedure_threshold").entry_on(paris_day(judged_at)),
        review_on=parameters.value("thresholds_review_on", on=paris_day(at)),
    )
