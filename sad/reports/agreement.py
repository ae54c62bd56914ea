"""The agreement of a consortium as PDF: the words that are signed, who signed them and when, accessible (PDF/UA-1)."""

from dataclasses import asdict, replace

from sad.domain.consortiums import Part
from sad.letters.consortiums import agreement, fingerprint
from sad.letters.layout import blocks
from sad.letters.text import LetterText
from sad.letters.wording import moment, plural, siret
from sad.models.consortiums import Consortium
from sad.reports.typesetting import typeset


def agreement_pdf(consortium: Consortium, *, in_force: bool = False) -> bytes:
    """The text as it reads now, or with `in_force` the one that went to the buyer; a missing signature makes it a draft."""
    text = text_in_force(consortium) if in_force else agreement(consortium)
    parts = consortium.parts_in_force if in_force else _signed_now(consortium, fingerprint(text))
    missing = sum(not part.signatory for part in parts)
    content = {
        "title": text.subject,
        "author": consortium.lead.name,
        "subtitle": f"{consortium.category.label}, {consortium.category.system.title}",
        "draft": f"Projet : il manque {plural(missing, 'signature')}." if missing else "",
        "blocks": [asdict(block) for block in blocks(text.body)],
        "signatures": [_signature(part) for part in parts],
        "fingerprint": fingerprint(text),
    }
    moments = [part.signed_at for part in parts if part.signed_at]
    return typeset("agreement", content, at=max([consortium.founded_at, *moments]))


def text_in_force(consortium: Consortium) -> LetterText:
    """The agreement that went to the buyer, word for word. Raises ValueError before."""
    if consortium.agreement is None:
        raise ValueError("no agreement went to a buyer")
    subject, _, body = consortium.agreement.partition("\n")
    return LetterText("consortium_agreement", subject, body)


def agreement_file_name(consortium: Consortium) -> str:
    """The name under which it is downloaded."""
    return f"convention-groupement-{consortium.id}.pdf"


def _signed_now(consortium: Consortium, sha256: str) -> list[Part]:
    """The parts as they are written, without the signatures of another text."""
    signed = {each.supplier_id for each in consortium.parties if each.signed_sha256 == sha256}
    return [part if part.supplier_id in signed else replace(part, signatory="", signed_at=None) for part in consortium.parts]


def _signature(part: Part) -> list[str]:
    """Company, person, moment: a line of the table."""
    company = f"{part.name}, SIRET {siret(part.siret)}"
    return [company, part.signatory, f"{moment(part.signed_at)}, heure de Paris"] if part.signatory else [company, "à signer", "–"]
