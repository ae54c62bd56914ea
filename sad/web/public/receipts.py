"""Verifying receipts: here, or with what is taken away from here."""

import json
from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Response, render_template
from flask_wtf.file import FileField

from sad.actions.journal import is_in_journal
from sad.actions.receipt_keys import published_keys, receipt_keys
from sad.trust import receipt_check
from sad.trust.canonical import canonical_json
from sad.trust.chain import Head
from sad.trust.receipt_check import NotGenuine, check_receipt, read_keys
from sad.web.access import public
from sad.web.acts import form_page
from sad.web.fields import Form, Required
from sad.web.running import site_address
from sad.web.uploads import as_download

STATIC = Path(__file__).resolve().parent.parent / "static"


class ReceiptForm(Form):
    """The file of a receipt."""

    file = FileField("Le fichier de l’accusé de réception", [Required("Choisissez le fichier.")], description="accuse-de-reception-….json")


@public
def verify() -> Response:
    """Whether a receipt is genuine; works without JavaScript, and leads to what works without this site."""
    form, answer = ReceiptForm(), {}
    if form.validate_on_submit():
        answer = _answer(form.file.data.read())
    return form_page("public/receipts.html", form, keys=receipt_keys(), **answer)


@public
def verifier() -> Response:
    """The page to keep: one file with its script, its style and the keys; its own policy lets it call nobody."""
    script, style = ((STATIC / f"receipt_check.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
    page = render_template(
        "public/receipt_verifier.html",
        script=script,
        style=style,
        script_hash=_policy_hash(script),
        style_hash=_policy_hash(style),
        keys=published_keys(),
        site=site_address(),
    )
    return as_download(page.encode(), media_type="text/html", name="verifier-un-accuse-de-reception.htm")


@public
def script() -> Response:
    """The script to keep: the very file with which this site verifies."""
    return as_download(Path(receipt_check.__file__).read_bytes(), media_type="text/x-python", name="receipt_check.py")


@public
def key_list() -> Response:
    """Every public key that ever signed a receipt."""
    return as_download(canonical_json(published_keys()), media_type="application/json", name="cles-des-accuses-de-reception.json")


def _answer(file: bytes) -> dict[str, Any]:
    try:
        found = check_receipt(file, read_keys(json.dumps(published_keys()).encode()))
    except NotGenuine as refused:
        return {"refused": str(refused)}
    line = Head(found["journal"]["seq"], found["journal"]["hash"])
    return {"found": found, "received_at": datetime.fromisoformat(found["received_at"]), "is_in_journal": is_in_journal(line)}


def _policy_hash(text: str) -> str:
    """What a content security policy asks of an inline script or style before letting it act."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
