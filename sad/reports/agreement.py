"""The agreement of a consortium as PDF: the words that are signed, who signed them and when, accessible (PDF/UA-1)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from pathlib import Path

import typst

from sad.letters.consortiums import agreement, fingerprint
from sad.letters.layout import blocks
from sad.letters.text import LetterText
from sad.letters.wording import moment, plural, siret
from sad.models.consortiums import Consortium, ConsortiumMember

TEMPLATE = Path(__file__).resolve().parent.parent.parent / "templates" / "reports" / "agreement.typ"


def agreement_pdf(consortium: Consortium, *, in_force: bool = False) -> bytes:
    """The text as it reads now, or with `in_force` the one that went to the buyer; a missing signature makes it a draft."""
    text = text_in_force(consortium) if in_force else agreement(consortium)
    sha256 = fingerprint(text)
    parties = _signatories(consortium, in_force=in_force)
    missing = sum(each.signed_sha256 != sha256 for each in parties)
    content = {
        "title": text.subject,
        "author": consortium.lead.name,
        "subtitle": f"{consortium.category.label}, {consortium.category.system.title}",
        "draft": f"Projet : il manque {plural(missing, 'signature')}." if missing else "",
        "blocks": [asdict(block) for block in blocks(text.body)],
        "signatures": [_signature(each, sha256) for each in parties],
        "fingerprint": sha256,
    }
    signed = [each.signed_at for each in parties if each.signed_at]
    return typst.compile(
        TEMPLATE,
        format="pdf",
        pdf_standards="ua-1",
        sys_inputs={"agreement": json.dumps(content)},
        ignore_system_fonts=True,
        timestamp=int(max([consortium.founded_at, *signed]).astimezone(UTC).timestamp()),
    )


def text_in_force(consortium: Consortium) -> LetterText:
    """The agreement that went to the buyer, word for word. Raises ValueError before."""
    if consortium.agreement is None:
        raise ValueError("no agreement went to a buyer")
    subject, _, body = consortium.agreement.partition("\n")
    return LetterText("consortium_agreement", subject, body)


def agreement_file_name(consortium: Consortium) -> str:
    """The name under which it is downloaded."""
    return f"convention-groupement-{consortium.id}.pdf"


def _signatories(consortium: Consortium, *, in_force: bool) -> Sequence[ConsortiumMember]:
    if not in_force:
        return consortium.parties
    named = {part.supplier_id for part in consortium.parts_in_force}
    return [each for each in consortium.members if each.supplier_id in named and each.signed_at is not None]


def _signature(member: ConsortiumMember, sha256: str) -> list[str]:
    """Company, person, moment: a line of the table."""
    company = f"{member.supplier.name}, SIRET {siret(member.supplier.siret)}"
    if member.signed_sha256 != sha256 or member.signatory is None:
        return [company, "à signer", "–"]
    return [company, member.signatory.name, f"{moment(member.signed_at)}, heure de Paris"]
