"""What an evaluation report says of the end: equal offers, the committee's opinion, the award proposed then decided, who signs."""

from collections.abc import Sequence
from typing import Any

from sad.domain.scoring.numbers import french
from sad.letters.wording import moment, money
from sad.models.awards import Award
from sad.models.evaluations import RankedOffer, TieDecision
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.sittings import SittingItem
from sad.reports.minutes import OPINIONS


def decided_parts(
    mini_tender: MiniTender, award: Award | None, tied: Sequence[RankedOffer], tie: TieDecision | None, opinion: SittingItem | None
) -> dict[str, Any]:
    """The sentences of the decision; `tied`: who is first, several when the published rule leaves them equal."""
    return {
        "ties": _ties(tied, tie),
        "opinion": _opinion(opinion) if opinion else "",
        "decision": _discontinued(mini_tender) if mini_tender.state == MiniTenderState.DISCONTINUED else _decision(award, tied),
        "signatures": [
            ["Pour le service achats", award.proposer.name if award else ""],
            ["L’autorité d’attribution", award.decider.name if award and award.decider else ""],
        ],
    }


def _ties(tied: Sequence[RankedOffer], tie: TieDecision | None) -> list[str]:
    if len(tied) < 2:
        return []
    said = [f"Premières à égalité, après la règle de départage : {_names(tied)}."]
    if tie is None:
        return [*said, "Une personne en retient une devant un témoin, avant toute attribution (CRI-11)."]
    chosen = f"Offre retenue entre elles : {tie.place.offer.supplier.name}. {tie.reason}"
    return [*said, f"{chosen} Décidé le {moment(tie.decided_at)} par {tie.decider.name}, en présence de {tie.witness.name} (CRI-11)."]


def _opinion(item: SittingItem) -> str:
    return f"{OPINIONS[item.opinion or 'postponed']}, à la séance du {moment(item.sitting.held_at)}. {item.sentence or ''}".strip()


def _discontinued(mini_tender: MiniTender) -> list[str]:
    return [f"La consultation est déclarée sans suite le {moment(mini_tender.discontinued_at)}. {mini_tender.discontinued_reason}"]


def _decision(award: Award | None, tied: Sequence[RankedOffer]) -> list[str]:
    if award is None:
        first = f"Offre classée première : {_names(tied)}." if tied else "Aucune offre ne peut être retenue."
        return ["Aucune attribution n’est encore proposée.", first]
    offer = award.place.offer
    kept = f"{offer.supplier.name}, pour {money(offer.total)} hors taxe, {french(award.place.total or '')} points, rang {award.place.rank}"
    said = [f"Attribution proposée : {kept}.", award.reason, f"Proposée le {moment(award.proposed_at)} par {award.proposer.name}."]
    if award.decider is None:
        return [*said, "Une autre personne la décide (ANA-05)."]
    said.append(f"Décidée le {moment(award.decided_at)} par {award.decider.name}.")
    return [*said, f"Marché notifié le {moment(award.notified_at)}."] if award.notified_at else said


def _names(places: Sequence[RankedOffer]) -> str:
    return " ; ".join(place.offer.supplier.name for place in places)
