"""Destroyed papers: nothing of them is left in the database nor on the disk."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from sad.actions.destructions import dependents_of
from sad.db import session
from sad.doctor.findings import Finding, Site, rows
from sad.models.destructions import Destruction
from sad.models.mini_tenders import MiniTender

TAKEN_AWAY_WITHIN = timedelta(days=1)
REMEDY = "Une copie est revenue, d’une sauvegarde peut-être : la détruire à son tour, à deux, avec le même visa des archives."


def not_destroyed(site: Site) -> Iterator[Finding]:
    """Mini-tenders whose destruction is told, and of which something is still there (ARC-03)."""
    for row in rows(select(Destruction.id, Destruction.mini_tender_id, Destruction.destroyed_at, Destruction.paper_keys)):
        mini_tender = session.get_one(MiniTender, row.mini_tender_id)
        left = dependents_of(mini_tender)
        if left or mini_tender.wrapped_private_key:
            message = f"Ce dossier est dit détruit et il en reste : {', '.join(sorted(left)) or 'sa clé'}."
            yield Finding(f"mini_tenders:{row.mini_tender_id}", message, REMEDY)
        if row.paper_keys and site.at > row.destroyed_at + TAKEN_AWAY_WITHIN:
            message = f"{len(row.paper_keys)} PDF de ce dossier détruit sont encore sur le disque."
            yield Finding(f"destructions:{row.id}", message, "Lancer le planificateur : flask --app app scheduler.")
