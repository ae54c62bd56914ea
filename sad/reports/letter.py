"""A letter as PDF: the words of the row, accessible (PDF/UA-1), the same bytes each time."""

from dataclasses import asdict

from sad.exports.file_names import slug
from sad.letters.layout import blocks
from sad.letters.wording import long_date, moment
from sad.models.letters import Letter
from sad.models.organisations import Organisation
from sad.reports.typesetting import typeset

BEFORE_TITLE = "\u00a0:"


def letter_pdf(letter: Letter, organisation: Organisation) -> bytes:
    """The letter that this organisation sent, as PDF."""
    addressee = [letter.supplier.name] if letter.supplier else []
    content = {
        "title": letter.subject,
        "sender": organisation.name,
        "sender_lines": [line for line in (*organisation.address.splitlines(), organisation.contact_email) if line],
        "to_lines": [*addressee, letter.to_name],
        "date": f"Le {long_date(letter.created_at)}",
        "footer": f"Écrite le {moment(letter.created_at)}, heure de Paris · {letter.message_id.strip('<>')}",
        "blocks": [asdict(block) for block in blocks(letter.body)],
    }
    return typeset("letter", content, at=letter.created_at)


def letter_file_name(letter: Letter) -> str:
    """The name under which it is downloaded: `votre-offre-n-est-pas-retenue-2026-12-08.pdf`."""
    return f"{slug(letter.subject.partition(BEFORE_TITLE)[0]) or 'lettre'}-{letter.created_at:%Y-%m-%d}.pdf"
