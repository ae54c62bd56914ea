"""The keys of mini-tenders: the present key file opens each of them, and where it is shared, two openers still can."""

from collections.abc import Iterator

from sqlalchemy import select

from sad.actions.shared_keys import opens_with
from sad.db import session
from sad.doctor.findings import Finding, Site, rows, still_there
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.openers import OpenerKey
from sad.models.openings import Opening
from sad.models.people import Person, PersonRole, Role

ENOUGH = 2


def unusable_keys(site: Site) -> Iterator[Finding]:
    """Mini-tenders whose offers this seal key will not open: no envelope is opened to know it."""
    columns = (MiniTender.id, MiniTender.public_key, MiniTender.wrapped_private_key, MiniTender.opener_keys, Opening.opened_at)
    sent = select(*columns).outerjoin(Opening, Opening.mini_tender_id == MiniTender.id).where(MiniTender.published_at.is_not(None))
    for row in rows(sent.where(still_there())):
        if not opens_with(row, site.seal_key):
            message = "La clé de cette consultation ne s’ouvre pas avec le fichier de clé en place : ses offres ne s’ouvriraient pas."
            yield Finding(f"mini_tenders:{row.id}", message, "Remettre dans SAD_SEAL_KEY_FILE le fichier qui servait à son envoi.")


def too_few_openers(_site: Site) -> Iterator[Finding]:
    """Mini-tenders not opened yet that fewer than two present openers could open with their passphrases."""
    is_opener = select(PersonRole.id).where(PersonRole.person_id == Person.id, PersonRole.role == Role.OPENER).exists()
    able = select(OpenerKey.id).join(OpenerKey.person).where(OpenerKey.ended_at.is_(None), Person.is_active, is_opener)
    present = set(session.scalars(able))
    sent = select(MiniTender.id, MiniTender.opener_keys).where(MiniTender.state == MiniTenderState.PUBLISHED)
    for row in rows(sent.where(MiniTender.opener_keys.is_not(None))):
        left = len(present & set(row.opener_keys))
        if left < ENOUGH:
            message = f"Il reste {left} ouvreur qui puisse ouvrir cette consultation : il en faut deux, avec leur phrase secrète."
            remedy = "Rendre le rôle à un ouvreur d’alors, ou retrouver une phrase. Sinon la déclarer sans suite et la relancer."
            yield Finding(f"mini_tenders:{row.id}", message, remedy)
