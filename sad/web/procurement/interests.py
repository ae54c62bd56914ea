"""The gate of opened offers: whoever may act on them declares its interests before it sees a name (ANA-05)."""

from flask import abort, flash, redirect, request, url_for

from sad.actions.declarations import declaration_of
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.web.access import current_person
from sad.web.returning import this_page

ACTING = (Role.BUYER, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY)


def require_declaration(mini_tender: MiniTender) -> None:
    """Let pass who has declared no link, and whoever only reads; lead the others to their declaration instead of the page."""
    person = current_person()
    if not person.has_role(*ACTING):
        return
    declared = declaration_of(mini_tender, person)
    if declared is not None and not declared.has_conflict:
        return
    is_reading = request.method in ("GET", "HEAD")
    if not is_reading:
        flash("Rien n’a été enregistré : votre déclaration vient d’abord.", "warning")
    asked = {"next": this_page()} if is_reading else {}
    abort(redirect(url_for("procurement.declare_interests", mini_tender_id=mini_tender.id, **asked)))
