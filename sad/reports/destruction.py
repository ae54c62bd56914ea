"""The certificate of a destruction as PDF: what was destroyed, when, by which two people, under which visa (ARC-03)."""

from typing import Any

from sad.letters.wording import instant
from sad.models.destructions import Destruction
from sad.reports.typesetting import typeset


def destruction_pdf(destruction: Destruction) -> bytes:
    """The certificate of a destruction."""
    return typeset("destruction", destruction_content(destruction), at=destruction.destroyed_at)


def destruction_content(destruction: Destruction) -> dict[str, Any]:
    """All the words of the certificate, as its template sets them."""
    organisation, counts = destruction.organisation, destruction.counts
    return {
        "title": "Certificat de destruction",
        "organisation": organisation.name,
        "footer": f"Destruction n° {destruction.id}",
        "facts": [
            ["Dossier", destruction.title],
            ["Détruit le", f"{instant(destruction.destroyed_at)}, heure de Paris"],
            ["Demandé par", destruction.asker.name],
            ["Approuvé par", destruction.approver.name],
            ["Visa des archives", destruction.visa],
        ],
        "remains": destruction.remains,
        "counts": [[COUNTS.get(name, name), str(number)] for name, number in sorted(counts.items()) if name in COUNTS],
        "key": "" if destruction.mini_tender is None else KEY,
        "others": str(sum(number for name, number in counts.items() if name not in COUNTS)),
    }


def destruction_file_name(destruction: Destruction) -> str:
    """How the file is called once downloaded."""
    return f"certificat-de-destruction-{destruction.id}.pdf"


KEY = "La clé de la consultation est effacée : ses plis ne s’ouvriraient plus, même retrouvés."
COUNTS = {
    "offers": "Offres et leurs prix",
    "offer_files": "Documents des offres",
    "receipts": "Accusés de réception",
    "application_documents": "Documents joints aux candidatures",
    "documents": "Fichiers effacés du disque",
    "suppliers": "Fournisseurs effacés, que plus personne ne représentait",
    "letters": "Courriers",
    "marks": "Notes",
    "journal_bodies": "Détails du journal, avec leurs sels",
}
