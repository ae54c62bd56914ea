"""`/demo/courrier`: the mail that left, as its recipients would read it; in development only, since anybody can read it."""

from functools import wraps
from typing import Any

from flask import abort, render_template, request
from sqlalchemy import select

from sad.mail import Outbox
from sad.models.letters import Letter
from sad.web.access import View, own_or_404, public
from sad.web.paging import page_of
from sad.web.running import site_settings


def in_development(view: View) -> View:
    """The page does not exist in production."""

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Any:
        if site_settings().is_production:
            abort(404)
        return view(*args, **kwargs)

    return shown


@public
@in_development
def mails() -> str:
    """The mail that left, the last first; of one recipient when the address says so (`?a=`)."""
    recipient = request.args.get("a", "").strip().lower()
    query = select(Letter).where(Letter.sent_at.is_not(None))
    if recipient:
        query = query.where(Letter.to_email == recipient)
    return render_template("public/demo_mails.html", page=page_of(query, Letter.id, descending=True), recipient=recipient)


@public
@in_development
def mail(letter_id: int) -> str:
    """One mail, with the links that only its recipient gets."""
    letter = own_or_404(select(Letter).where(Letter.id == letter_id, Letter.sent_at.is_not(None)))
    kept = Outbox(site_settings().data_dir / "outbox").read(letter.message_id)
    return render_template("public/demo_mail.html", letter=letter, body=kept.get_content() if kept else letter.body)
