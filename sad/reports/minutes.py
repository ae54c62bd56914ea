"""The minutes of a closed sitting as PDF: who sat, what each said, the opinions; accessible (PDF/UA-1). Never sent to a tenderer."""

from collections.abc import Sequence
from typing import Any

from sad.domain.committees import Ballot, Outcome
from sad.letters.wording import instant, moment, money, points
from sad.models.evaluations import RankedOffer
from sad.models.sittings import Sitting, SittingItem, SittingPresence
from sad.reports.typesetting import typeset

BALLOTS = {
    Ballot.FOR: "Pour",
    Ballot.AGAINST: "Contre",
    Ballot.ABSTAIN: "Abstention",
    Ballot.RECUSED: "Ne prend pas part",
}
OPINIONS = {"favourable": "Avis favorable", "unfavourable": "Avis défavorable", "postponed": "Dossier reporté"}


def minutes_pdf(sitting: Sitting, outcomes: Sequence[tuple[SittingItem, Outcome]], fingerprint: str) -> bytes:
    """The minutes; `fingerprint`: of the rows as they are now, which must be the one of the closing."""
    assert sitting.closed_at is not None
    return typeset("minutes", minutes_content(sitting, outcomes, fingerprint), at=sitting.closed_at)


def minutes_content(sitting: Sitting, outcomes: Sequence[tuple[SittingItem, Outcome]], fingerprint: str) -> dict[str, Any]:
    """All the words of the minutes, as their template sets them."""
    committee = sitting.committee
    assert sitting.closer is not None
    return {
        "title": f"Procès-verbal de la séance du {moment(sitting.held_at)}",
        "organisation": f"{committee.organisation.name}, {committee.name}",
        "facts": [
            ["Lieu", sitting.place],
            ["Convoquée par écrit", f"le {instant(sitting.convened_at)}, par {sitting.convener.name}"],
            ["Quorum", f"{sitting.quorum} votants sur {sitting.seats} sièges, compté pour chaque dossier"],
            ["Secrétariat de séance", sitting.closer.name],
        ],
        "presences": [_presence(each) for each in sitting.presences],
        "items": [_item(item, outcome) for item, outcome in outcomes],
        "competence": "La commission donne un avis ; le pouvoir adjudicateur décide. Ce procès-verbal ne se communique pas aux candidats.",
        "warning": "" if fingerprint == sitting.fingerprint else "Ce qui est gardé ne correspond plus à l’empreinte de la clôture.",
        "closed": f"Séance close le {instant(sitting.closed_at)}.",
        "fingerprint": sitting.fingerprint,
        "footer": f"{committee.name} · séance du {moment(sitting.held_at)}",
    }


def minutes_file_name(sitting: Sitting) -> str:
    """The name under which they are downloaded."""
    return f"proces-verbal-commission-{sitting.held_at:%Y-%m-%d}.pdf"


def _presence(presence: SittingPresence) -> list[str]:
    role = "Présidence" if presence.seat == 1 else f"Siège {presence.seat}"
    held = presence.titular
    named = ", ".join(filter(None, (held.name, held.title))) if held else "–"
    return [role, named, presence.words]


def _item(item: SittingItem, outcome: Outcome) -> dict[str, Any]:
    mini_tender, sitters = item.ranking.mini_tender, {each.seat: each.sitter for each in item.sitting.presences if each.sitter}
    first = [place for place in item.ranking.places if place.rank == 1]
    aside = [sitters[vote.seat].name for vote in item.votes if vote.ballot == Ballot.RECUSED]
    return {
        "title": f"{item.position}. {mini_tender.title}",
        "facts": [
            ["Consultation", f"n° {mini_tender.id}, {mini_tender.service.name}"],
            ["Classement soumis", f"n° {item.ranking_id}, du {instant(item.ranking.ranked_at)}"],
            ["Classée première" if len(first) < 2 else "Premières à égalité", " ; ".join(map(_place, first)) or "aucune offre"],
            ["Votants", f"{outcome.voters} sur {item.sitting.seats} sièges"],
            *([["Ni débat ni vote pour", f"{', '.join(aside)} (L2141-10)"]] if aside else []),
        ],
        "votes": [[sitters[vote.seat].name, BALLOTS[Ballot(vote.ballot)]] for vote in sorted(item.votes, key=lambda vote: vote.seat)],
        "counts": outcome.counts,
        "opinion": OPINIONS[item.opinion or "postponed"],
        "sentence": item.sentence,
    }


def _place(place: RankedOffer) -> str:
    return f"{place.offer.supplier.name}, {money(place.offer.total)} hors taxe, {points(place.total)} points"
