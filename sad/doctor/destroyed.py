"""Destroyed papers: nothing of them is left in the database nor on the disk."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from sad.actions.application_destructions import application_papers
from sad.actions.destructions import dependents_of
from sad.db import session
from sad.doctor.findings import Finding, Site
from sad.models.destructions import Destruction

TAKEN_AWAY_WITHIN = timedelta(days=1)
REMEDY = "Une copie est revenue, d’une sauvegarde peut-être : la détruire à son tour, à deux, avec le même visa des archives."


def not_destroyed(site: Site) -> Iterator[Finding]:
    """Mini-tenders and categories whose destruction is told, and of which something is still there (ARC-03)."""
    for found in session.scalars(select(Destruction).order_by(Destruction.id)).all():
        about, left = _left(found)
        if left:
            yield Finding(about, f"Ce dossier est dit détruit et il en reste : {', '.join(left)}.", REMEDY)
        if found.paper_keys and site.at > found.destroyed_at + TAKEN_AWAY_WITHIN:
            message = f"{len(found.paper_keys)} fichiers de ce dossier détruit sont encore sur le disque."
            yield Finding(f"destructions:{found.id}", message, "Lancer le planificateur : flask --app app scheduler.")


def _left(found: Destruction) -> tuple[str, list[str]]:
    """What was destroyed, and what is still there of it."""
    if found.mini_tender is not None:
        left = sorted(dependents_of(found.mini_tender))
        return f"mini_tenders:{found.mini_tender_id}", left or ["sa clé"] * bool(found.mini_tender.wrapped_private_key)
    assert found.category is not None
    return f"categories:{found.category_id}", sorted(application_papers(found.category))
