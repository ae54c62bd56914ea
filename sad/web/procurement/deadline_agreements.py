"""A buyer asks the suppliers to agree to a shorter deadline for a need that is being checked."""

from flask import Response

from sad.models.people import Role
from sad.web.access import allow
from sad.web.deadline_agreements import Side, agreement_page, ask_page, newcomers_page, ten_days_page, withdraw_page
from sad.web.procurement.publications import to_check

SIDE = Side(
    agreement="procurement.deadline_agreement",
    ask="procurement.ask_deadline_agreement",
    withdraw="procurement.withdraw_deadline_agreement",
    newcomers="procurement.ask_newcomers",
    ten_days="procurement.take_ten_days",
    need="procurement.mini_tender",
    deadline="procurement.mini_tender_deadline",
    check="procurement.publish_mini_tender",
    all_needs=("Consultations", "procurement.mini_tenders"),
)


@allow(Role.BUYER)
def agreement(mini_tender_id: int) -> Response:
    """What the suppliers asked have answered."""
    return agreement_page(to_check(mini_tender_id), SIDE)


@allow(Role.BUYER)
def ask(mini_tender_id: int) -> Response:
    """Ask them."""
    return ask_page(to_check(mini_tender_id), SIDE)


@allow(Role.BUYER)
def withdraw(mini_tender_id: int) -> Response:
    """Give the request up."""
    return withdraw_page(to_check(mini_tender_id), SIDE)


@allow(Role.BUYER)
def newcomers(mini_tender_id: int) -> Response:
    """Ask those admitted since."""
    return newcomers_page(to_check(mini_tender_id), SIDE)


@allow(Role.BUYER)
def ten_days(mini_tender_id: int) -> Response:
    """Come back to the period of the law."""
    return ten_days_page(to_check(mini_tender_id), SIDE)
