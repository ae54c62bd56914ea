"""The record of an opening as PDF: who opened, when, what was received in time, late, replaced or withdrawn (REC-01, REC-04)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sad.domain.late_offers import GROUNDS, LateGround
from sad.letters.backup_copies import told_of
from sad.letters.wording import agreement_words, instant, money, siret
from sad.models.assisted_deposits import AssistedDeposit
from sad.models.backup_copies import BackupCopy
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.openings import Opening
from sad.reports.typesetting import typeset


@dataclass(frozen=True, slots=True)
class OpeningRecord:
    """What an opening found: live offers in time and late, how many others ended, the files of each offer by its id.

    `assisted`: the agreements under which agents entered offers; `copies`: the backup copies, when asked for.
    """

    opening: Opening
    in_time: Sequence[Offer]
    late: Sequence[Offer]
    replaced: int
    withdrawn: int
    files: Mapping[int, int]
    assisted: Sequence[AssistedDeposit] = ()
    copies: Sequence[BackupCopy] = ()

    @property
    def broken(self) -> list[Offer]:
        """The offers received in time whose envelope did not open."""
        return [offer for offer in self.in_time if offer.seal_fault]


def opening_pdf(mini_tender: MiniTender, record: OpeningRecord) -> bytes:
    """The record of an opening that took place."""
    opened_at = record.opening.opened_at
    assert opened_at is not None
    return typeset("opening", opening_content(mini_tender, record), at=opened_at)


def opening_content(mini_tender: MiniTender, record: OpeningRecord) -> dict[str, Any]:
    """All the words of the record, as its template sets them."""
    organisation, opening = mini_tender.organisation, record.opening
    assert opening.second_person is not None
    return {
        "title": f"Procès-verbal d’ouverture\u00a0: {mini_tender.title}",
        "organisation": organisation.name,
        "facts": [
            ["Consultation", f"n°\u00a0{mini_tender.id}, {mini_tender.service.name}"],
            ["Envoyée", f"{instant(mini_tender.published_at)}"],
            ["Date limite", instant(mini_tender.closes_at)],
            ["Ouverture demandée par", f"{opening.first_person.name}, le {instant(opening.asked_at)}"],
            ["Offres ouvertes par", f"{opening.second_person.name}, le {instant(opening.opened_at)}"],
            ["Intérêts", "les deux ont déclaré n’avoir aucun lien avec une entreprise invitée (L2141-10)"],
        ],
        "in_time": [[*_identity(offer), _total(offer), str(record.files.get(offer.id, 0))] for offer in record.in_time],
        "broken": [f"{offer.supplier.name}\u00a0: {offer.seal_fault}" for offer in record.broken],
        "late": [[_late(offer), instant(offer.received_at)] for offer in record.late],
        "ended": _ended(record),
        "assisted": [_assistance(begun) for begun in record.assisted],
        "copies": [told_of(copy) for copy in record.copies],
        "has_opened_copy": any(copy.opened_at for copy in record.copies),
        "envelopes": [[offer.supplier.name, offer.sealed_sha256] for offer in (*record.in_time, *record.late)],
        "head": opening.journal_head,
        "footer": f"Ouverture du {instant(opening.opened_at)} · consultation n°\u00a0{mini_tender.id}",
    }


def opening_file_name(record: OpeningRecord) -> str:
    """The name under which it is downloaded."""
    return f"proces-verbal-ouverture-{record.opening.mini_tender_id}-{record.opening.opened_at:%Y-%m-%d}.pdf"


def _identity(offer: Offer) -> list[str]:
    return [f"{offer.supplier.name}, SIRET {siret(offer.supplier.siret)}", instant(offer.received_at)]


def _late(offer: Offer) -> str:
    """Whose it is; when two people opened it all the same, who, why and on what."""
    name, _ = _identity(offer)
    if offer.late_ground is None:
        return name
    assert offer.late_asker is not None and offer.late_approver is not None
    people = f"{offer.late_asker.name} et {offer.late_approver.name}"
    when = f"Ouverte ensuite par {people}, le {instant(offer.opened_at)}" if offer.is_opened else f"Admise par {people}, pli illisible"
    return f"{name}. {when}. {GROUNDS[LateGround(offer.late_ground)]}. {offer.late_reason}"


def _total(offer: Offer) -> str:
    return "ne s’ouvre pas" if offer.seal_fault else money(offer.total)


def _assistance(begun: AssistedDeposit) -> str:
    return f"{begun.supplier.name}\u00a0: saisie par {begun.agent.name}, {agreement_words(begun)}."


def _ended(record: OpeningRecord) -> str:
    """What became of the deposits that no longer count."""
    if not record.replaced + record.withdrawn:
        return "Aucune offre n’a été remplacée ni retirée."
    return (
        f"Offres remplacées par leur auteur\u00a0: {record.replaced}. Offres retirées\u00a0: {record.withdrawn}. "
        "Elles restent scellées (R2151-6)."
    )
