"""The receipt of a deposit on one page, for whoever reads paper; what proves it is the signed file that it quotes (REC-02)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sad.letters.wording import file_size, instant
from sad.reports.typesetting import typeset

PARIS = ", heure de Paris"
TRIAL = "DÉPÔT D’ESSAI. Ceci n’est pas une offre : personne ne la lit, elle ne compte nulle part."


def receipt_pdf(body: Mapping[str, Any], *, made_at: datetime, verify_url: str) -> bytes:
    """The words of a receipt (see `sad.trust.receipts.receipt_body`), made at an instant, as PDF."""
    return typeset("receipt", receipt_content(body, verify_url=verify_url), at=made_at)


def receipt_content(body: Mapping[str, Any], *, verify_url: str) -> dict[str, Any]:
    """All the words of the page, as its template sets them."""
    received_at, closes_at = (datetime.fromisoformat(body[name]) for name in ("received_at", "closes_at"))
    is_trial = "trial" in body
    late = f"Reçue après la date limite du {instant(closes_at)}{PARIS}. L’offre est conservée scellée." if body["late"] else ""
    return {
        "title": "Dépôt d’essai : accusé de réception" if is_trial else "Accusé de réception",
        "buyer": body["buyer"],
        "note": TRIAL if is_trial else late,
        "items": [
            ["Déposant", body["depositor"]],
            ["Acheteur", body["buyer"]],
            ["Consultation", body["title"]],
            ["Objet", body["object"]],
            ["Date et heure de réception", f"{instant(received_at)}{PARIS} ({body['received_at']})"],
            ["Détruit après le" if is_trial else "Date limite", f"{instant(closes_at)}{PARIS}"],
        ],
        "documents": [[each["name"], file_size(each["size"]), each["salted_sha256"]] for each in body["documents"]],
        "proofs": [
            ["Dépôt", body["deposit_id"]],
            ["Empreinte du pli scellé", body["sealed_sha256"]],
            ["Sel", body["salt"]],
            ["Ligne du journal", f"{body['journal']['seq']}, {body['journal']['hash']}"],
            ["Clé", body.get("key_id", "aucune")],
            ["Signature Ed25519", body.get("signature", "aucune")],
        ],
        "verify": f"Cette page se lit ; le fichier signé se prouve. Gardez-le avec elle. Pour le vérifier : {verify_url}",
        "footer": f"{'Dépôt d’essai' if is_trial else 'Dépôt'} {body['deposit_id']}",
    }
