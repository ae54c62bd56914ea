"""The proof file of a consultation: what was received and when, what failed, under which deadline; for a court, without any content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sad.letters.wording import instant, number, siret
from sad.models.journal import JournalEntry, PublishedHead
from sad.models.mini_tenders import MiniTender
from sad.models.offers import DepositAttempt, Offer, Receipt, Reception
from sad.models.openings import Opening
from sad.models.outages import Outage, Part
from sad.models.suppliers import Supplier
from sad.models.timekeeping import ClockSkew
from sad.reports.typesetting import typeset
from sad.trust import canonical

OFFER_STATES = {"deposited": "déposée", "replaced": "remplacée", "withdrawn": "retirée"}
PARTS = {
    Part.WEB: "le site ne répondait pas",
    Part.DATABASE: "la base de données ne répondait pas",
    Part.WATCH: "personne ne vérifiait : on ne sait pas",
}
SOURCES = {"elapsed": "le temps écoulé depuis le démarrage", "database": "l’horloge de la base", "past": "la dernière heure connue"}
STEP = 64  # KiB in a class of sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFile:
    """All that is known of what came and of the service meanwhile, in order, at an instant. `receipts` go by offer id."""

    made_at: datetime
    mini_tender: MiniTender
    opening: Opening
    attempts: Sequence[DepositAttempt]
    offers: Sequence[Offer]
    receptions: Sequence[Reception]
    receipts: Mapping[int, Receipt]
    suppliers: Mapping[int, Supplier]
    outages: Sequence[Outage]
    skews: Sequence[ClockSkew]
    lines: Sequence[JournalEntry]
    heads: Sequence[PublishedHead]


def proof_json(proof: ProofFile) -> bytes:
    """The whole of it as canonical JSON; instants are in UTC to the microsecond, sizes in steps of 64 KiB."""
    return canonical.canonical_json(
        {
            "kind": "proof_file",
            "made_at": canonical.instant(proof.made_at),
            "mini_tender": _identity(proof.mini_tender),
            "deadline": _deadline(proof.mini_tender),
            "opening": _opening(proof.opening),
            "attempts": [_attempt(each, proof) for each in proof.attempts],
            "deposits": [_deposit(each, proof) for each in proof.offers],
            "received_without_database": [_reception(each, proof) for each in proof.receptions],
            "outages": [{"part": each.part, **_span(each)} for each in proof.outages],
            "clock_doubts": [{"source": each.source, "microseconds_ahead": each.microseconds, **_span(each)} for each in proof.skews],
            "journal": [
                {"seq": each.seq, "at": canonical.instant(each.at), "action": each.action, "object": each.object, "hash": each.hash}
                for each in proof.lines
            ],
            "published_heads": [
                {"seq": each.seq, "hash": each.hash, "at": canonical.instant(each.at), "occasion": each.occasion} for each in proof.heads
            ],
        }
    )


def proof_pdf(proof: ProofFile) -> bytes:
    """The same to be read, with the fingerprint of the JSON that says more."""
    return typeset("proof_file", proof_content(proof), at=proof.made_at)


def proof_content(proof: ProofFile) -> dict[str, Any]:
    """All the words of the paper, as its template sets them."""
    mini_tender, opening = proof.mini_tender, proof.opening
    return {
        "title": f"Dossier de preuve : {mini_tender.title}",
        "organisation": mini_tender.organisation.name,
        "facts": [
            ["Consultation", f"n° {mini_tender.id}, {mini_tender.service.name}"],
            ["Envoyée", instant(mini_tender.published_at)],
            ["Date limite à l’envoi", instant(mini_tender.first_closes_at)],
            ["Date limite en vigueur", instant(mini_tender.closes_at)],
            ["Ouverture", f"{instant(opening.opened_at)}, par deux personnes"],
            ["Dossier établi", f"{instant(proof.made_at)} (toutes les heures sont celles de Paris)"],
        ],
        "changes": [
            [instant(each.decided_at), f"du {instant(each.old_closes_at)} au {instant(each.new_closes_at)}", each.reason]
            for each in mini_tender.changes
        ],
        "attempts": [
            [_name(each, proof), instant(each.started_at), instant(each.received_at), _size(each.size_class), _outcome(each)]
            for each in proof.attempts
        ],
        "deposits": [
            [_name(each, proof), instant(each.received_at), _standing(each), _receipt_number(each, proof)] for each in proof.offers
        ],
        "receptions": [[_name(each, proof), instant(each.received_at), instant(each.taken_in_at)] for each in proof.receptions],
        "outages": [[PARTS[Part(each.part)], instant(each.began_at), instant(each.ended_at)] for each in proof.outages],
        "skews": [
            [SOURCES[each.source], instant(each.began_at), instant(each.ended_at), f"{number(each.ahead.total_seconds(), 1)} s"]
            for each in proof.skews
        ],
        "envelopes": [[_name(each, proof), each.sealed_sha256] for each in proof.offers],
        "head": opening.journal_head,
        "heads": [[instant(each.at), str(each.seq), each.hash] for each in proof.heads],
        "fingerprint": sha256(proof_json(proof)).hexdigest(),
        "footer": f"Dossier de preuve du {instant(proof.made_at)} · consultation n° {mini_tender.id}",
    }


def proof_file_name(proof: ProofFile, kind: str) -> str:
    """The name under which it is downloaded."""
    return f"dossier-de-preuve-{proof.mini_tender.id}-{proof.made_at:%Y-%m-%d}.{kind}"


def _identity(mini_tender: MiniTender) -> dict[str, Any]:
    organisation = mini_tender.organisation
    return {"id": mini_tender.id, "title": mini_tender.title, "buyer": organisation.name, "siren": organisation.siren}


def _deadline(mini_tender: MiniTender) -> dict[str, Any]:
    return {
        "sent_at": _instant(mini_tender.published_at),
        "first": _instant(mini_tender.first_closes_at),
        "in_force": _instant(mini_tender.closes_at),
        "changes": [
            {
                "decided_at": _instant(each.decided_at),
                "from": _instant(each.old_closes_at),
                "to": _instant(each.new_closes_at),
                "reason": each.reason,
            }
            for each in mini_tender.changes
        ],
    }


def _opening(opening: Opening) -> dict[str, Any]:
    return {
        "asked_at": _instant(opening.asked_at),
        "opened_at": _instant(opening.opened_at),
        "first_person": opening.first_person.name,
        "second_person": opening.second_person.name if opening.second_person else None,
        "journal_head_before": opening.journal_head,
    }


def _attempt(attempt: DepositAttempt, proof: ProofFile) -> dict[str, Any]:
    return {
        **_supplier(attempt, proof),
        "started_at": _instant(attempt.started_at),
        "ended_at": _instant(attempt.received_at),
        "size_class": attempt.size_class,
        "deposit": next((each.deposit_id for each in proof.offers if each.id == attempt.offer_id), None),
        "refused_because": attempt.refused_because,
    }


def _deposit(offer: Offer, proof: ProofFile) -> dict[str, Any]:
    receipt = proof.receipts.get(offer.id)
    return {
        **_supplier(offer, proof),
        "deposit": offer.deposit_id,
        "started_at": _instant(offer.started_at),
        "received_at": _instant(offer.received_at),
        "late": offer.late,
        "state": offer.state,
        "ended_at": _instant(offer.ended_at),
        "size_class": offer.size_class,
        "sealed_sha256": offer.sealed_sha256,
        "receipt": receipt and {"number": receipt.id, "made_at": _instant(receipt.made_at)},
    }


def _reception(reception: Reception, proof: ProofFile) -> dict[str, Any]:
    return {
        **_supplier(reception, proof),
        "received_at": _instant(reception.received_at),
        "taken_in_at": _instant(reception.taken_in_at),
        "refused_because": reception.refused_because,
    }


def _supplier(row: DepositAttempt | Offer | Reception, proof: ProofFile) -> dict[str, Any]:
    supplier = proof.suppliers[row.supplier_id]
    return {"supplier": supplier.name, "siret": supplier.siret}


def _span(row: Outage | ClockSkew) -> dict[str, Any]:
    return {"began_at": _instant(row.began_at), "ended_at": _instant(row.ended_at)}


def _instant(at: datetime | None) -> str | None:
    return None if at is None else canonical.instant(at)


def _name(row: DepositAttempt | Offer | Reception, proof: ProofFile) -> str:
    supplier = proof.suppliers[row.supplier_id]
    return f"{supplier.name}, SIRET {siret(supplier.siret)}"


def _size(size_class: int) -> str:
    return f"{number(size_class * STEP)} Kio au plus"


def _outcome(attempt: DepositAttempt) -> str:
    return "déposée" if attempt.offer_id else attempt.refused_because or "interrompue"


def _standing(offer: Offer) -> str:
    when = "à temps" if not offer.late else "hors délai, ouverte à deux" if offer.is_opened else "hors délai"
    return f"{OFFER_STATES[offer.state]}, {when}"


def _receipt_number(offer: Offer, proof: ProofFile) -> str:
    receipt = proof.receipts.get(offer.id)
    return f"n° {receipt.id}, dépôt {offer.deposit_id}" if receipt else "aucun"
