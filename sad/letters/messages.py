"""A letter as an e-mail: the only place where its single-use link meets its words."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from sad.mail import NotSent
from sad.models.letters import Letter

SENDER_NAME = "Marchés alimentaires"
LINK_MARK = "[lien]"
BOUNDARY = re.compile("[^A-Za-z0-9]+")


def as_message(letter: Letter, *, sender: str, enclosed: tuple[str, bytes] | None = None) -> EmailMessage:
    """The message to one recipient, the same on every attempt; `enclosed`: name and bytes of a PDF.

    Raises `NotSent` for an address that none can have.
    """
    message = EmailMessage()
    try:
        message["From"] = Address(SENDER_NAME, addr_spec=sender)
        message["To"] = Address(_one_line(letter.to_name), addr_spec=letter.to_email)
    except (MessageError, ValueError, IndexError) as error:
        raise NotSent(f"impossible address {letter.to_email!r}: {error}") from error
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body.replace(LINK_MARK, letter.secret) if letter.secret else letter.body)
    if enclosed is not None:
        name, pdf = enclosed
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
        message.set_boundary(BOUNDARY.sub("-", letter.message_id))  # one of its own would be drawn anew on each attempt
    return message


def _one_line(text: str) -> str:
    """Without line breaks, which would begin another header."""
    return " ".join(text.split())
