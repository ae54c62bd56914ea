"""A service asks the suppliers to agree to a shorter deadline for one of its drafts."""

from flask import Response

from sad.models.people import Role
from sad.web.access import allow
from sad.web.agent.own import own_draft
from sad.web.deadline_agreements import Side, agreement_page, ask_page, newcomers_page, ten_days_page, withdraw_page

SIDE = Side(
    agreement="agent.deadline_agreement",
    ask="agent.ask_deadline_agreement",
    withdraw="agent.withdraw_deadline_agreement",
    newcomers="agent.ask_newcomers",
    ten_days="agent.take_ten_days",
    need="agent.check",
    deadline="agent.guests",
    check="agent.check",
    all_needs=("Mes besoins", "agent.home"),
)


@allow(Role.REQUESTER)
def agreement(mini_tender_id: int) -> Response:
    """What the suppliers asked have answered."""
    return agreement_page(own_draft(mini_tender_id), SIDE)


@allow(Role.REQUESTER)
def ask(mini_tender_id: int) -> Response:
    """Ask them."""
    return ask_page(own_draft(mini_tender_id), SIDE)


@allow(Role.REQUESTER)
def withdraw(mini_tender_id: int) -> Response:
    """Give the request up."""
    return withdraw_page(own_draft(mini_tender_id), SIDE)


@allow(Role.REQUESTER)
def newcomers(mini_tender_id: int) -> Response:
    """Ask those admitted since."""
    return newcomers_page(own_draft(mini_tender_id), SIDE)


@allow(Role.REQUESTER)
def ten_days(mini_tender_id: int) -> Response:
    """Come back to the period of the law."""
    return ten_days_page(own_draft(mini_tender_id), SIDE)
