"""Opened offers as they were sealed, with their key and what reads them: for an expert, in ten years, without this program."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sad.letters.wording import instant
from sad.models.mini_tenders import MiniTender
from sad.models.openings import Opening
from sad.trust import stand_alone_opener

TOLD = """Consultation n° {number} : {title}
Acheteur : {buyer}
Offres ouvertes le {opened_at}, par {first} et {second}.

Ce dossier contient les offres ouvertes, telles qu’elles ont été reçues et scellées, et la clé qui les ouvre.
Pour les lire sans le logiciel qui les a reçues, au choix :

  1. L’outil « age » (https://age-encryption.org) :  age -d -i cle.txt offre-12.age | tar x
  2. Python :  pip install pyrage  puis  python ouvrir.py cle.txt offre-*.age

L’empreinte SHA-256 de chaque fichier offre-….age est celle du procès-verbal d’ouverture.

Gardez cle.txt à l’abri : avec une copie de la base, elle ouvre aussi les offres remplacées, retirées ou hors délai de cette consultation.
"""


def sealed_offers(
    mini_tender: MiniTender, opening: Opening, key: str, numbers: Sequence[int], envelope: Callable[[int], bytes]
) -> Iterator[tuple[str, bytes]]:
    """What to read first, the key as the age tool takes it, the script that opens, then each envelope when its turn comes."""
    assert opening.opened_at is not None and opening.second_person is not None
    told = TOLD.format(
        number=mini_tender.id,
        title=mini_tender.title,
        buyer=mini_tender.organisation.name,
        opened_at=instant(opening.opened_at),
        first=opening.first_person.name,
        second=opening.second_person.name,
    )
    yield "LISEZ-MOI.txt", told.encode()
    yield "cle.txt", f"# public key: {mini_tender.public_key}\n{key}\n".encode()
    yield "ouvrir.py", Path(stand_alone_opener.__file__).read_bytes()
    for number in numbers:
        yield f"offre-{number}.age", envelope(number)


def sealed_offers_name(mini_tender: MiniTender) -> str:
    """The name under which they are downloaded."""
    return f"offres-scellees-consultation-{mini_tender.id}.zip"
