"""« Montants de mon service »: what its contracts engage, what is ordered and accepted, by category and by year."""

from flask import render_template

from sad.actions.amounts import contracts_of
from sad.domain.amounts import by_category, by_service, by_year, total_of
from sad.models.people import Role
from sad.web.access import allow
from sad.web.agent.own import own_services


@allow(Role.REQUESTER)
def amounts() -> str:
    """The contracts of the person's services, EUR excl. VAT."""
    services = own_services()
    contracts = contracts_of([each.id for each in services])
    return render_template(
        "agent/amounts.html",
        services=services,
        total=total_of(contracts),
        by_year=by_year(contracts),
        by_category=by_category(contracts),
        by_service=by_service(contracts),
    )
