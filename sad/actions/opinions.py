"""What a committee has said of a ranking, which rankings wait for it, and why an award waits too (AWD-09)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from sad import parameters
from sad.actions.committees import committee_of, live_sitting_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.committees import Opinion
from sad.domain.errors import Refusal
from sad.letters.wording import money
from sad.models.awards import Award, AwardState
from sad.models.committees import Committee
from sad.models.evaluations import RankedOffer, Ranking
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.offers import Offer
from sad.models.sittings import Sitting, SittingItem


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ranking without a favourable opinion, and the last one that was given on it, if any."""

    ranking: Ranking
    last: SittingItem | None


def waiting_rankings(committee: Committee) -> list[Waiting]:
    """The last ranking of each mini-tender that waits for an opinion, oldest first; in as many statements for many as for one."""
    if not committee.is_asked:
        return []
    found = list(session.scalars(_to_award(committee).options(joinedload(Ranking.mini_tender))).unique())
    given = _opinions_on([ranking.id for ranking in found])
    waiting = [Waiting(ranking, given.get(ranking.id)) for ranking in found]
    return [each for each in waiting if each.last is None or each.last.opinion != Opinion.FAVOURABLE]


def opinion_on(ranking: Ranking) -> SittingItem | None:
    """The last opinion given on this very ranking in a closed sitting; one on an earlier ranking no longer counts."""
    return _opinions_on([ranking.id]).get(ranking.id)


def is_asked_on(place: RankedOffer) -> bool:
    """Whether the organisation asks its committee before it retains this offer."""
    committee = committee_of(place.ranking.organisation_id)
    return committee is not None and committee.is_asked and (place.offer.total or 0) >= committee.asked_from


def opinion_faults(place: RankedOffer) -> Iterator[Refusal]:
    """Why the award waits: the house asks the opinion of its committee, and this ranking has no favourable one."""
    committee = committee_of(place.ranking.organisation_id)
    if committee is None or not is_asked_on(place):
        return
    given = opinion_on(place.ranking)
    if given is not None and given.opinion == Opinion.FAVOURABLE:
        return
    asked = f"La règle de la maison demande l’avis favorable de « {committee.name} » à partir de {money(committee.asked_from)} hors taxe."
    if given is None:
        live = live_sitting_of(committee)
        remedy = "Tenir la séance convoquée." if live and _is_on_agenda(live, place.ranking) else "L’inscrire à la prochaine séance."
        yield Refusal(f"{asked} Ce classement ne lui a pas été soumis.", remedy, "AWD-09")
    elif given.opinion == Opinion.UNFAVOURABLE:
        yield Refusal(f"{asked} Son avis sur ce classement est défavorable.", "Reprendre l’examen, ou demander un nouvel avis.", "AWD-09")
    else:
        yield Refusal(f"{asked} Elle a reporté ce dossier.", "L’inscrire à une autre séance.", "AWD-09")


def competence_warnings(place: RankedOffer, at: datetime) -> list[Refusal]:
    """From the European threshold a contract is awarded by the committee of the law, which this product does not replace."""
    threshold = parameters.value("formal_procedure_threshold", on=paris_day(at))
    if (place.offer.total or 0) < threshold:
        return []
    message = f"Ce marché atteint à lui seul {money(threshold)} hors taxe : la commission d’appel d’offres l’attribue (CGCT L1414-2)."
    return [Refusal(message, "Joindre sa délibération au dossier ; l’avis donné ici ne la remplace pas.", "AWD-09")]


def _to_award(committee: Committee) -> Select[Ranking]:
    """The rankings on which an award could be proposed now, dear enough, and that no convened sitting has on its agenda."""
    latest = select(func.max(Ranking.id)).where(Ranking.organisation_id == committee.organisation_id).group_by(Ranking.mini_tender_id)
    dear = select(RankedOffer.ranking_id).join(RankedOffer.offer).where(RankedOffer.rank == 1, Offer.total >= committee.asked_from)
    awarded = select(Award.mini_tender_id).where(
        Award.organisation_id == committee.organisation_id, Award.state != AwardState.CANCELLED
    )
    live = Sitting.closed_at.is_(None) & Sitting.cancelled_at.is_(None)
    convened = select(SittingItem.ranking_id).join(SittingItem.sitting).where(Sitting.committee_id == committee.id, live)
    return (
        select(Ranking)
        .join(Ranking.mini_tender)
        .where(
            Ranking.id.in_(latest),
            Ranking.id.in_(dear),
            Ranking.id.not_in(convened),
            Ranking.mini_tender_id.not_in(awarded),
            MiniTender.state == MiniTenderState.RANKED,
        )
        .order_by(Ranking.id)
    )


def _opinions_on(rankings: Collection[int]) -> dict[int, SittingItem]:
    """The last opinion on each of these rankings, by ranking id."""
    closed = select(SittingItem).join(SittingItem.sitting).where(SittingItem.ranking_id.in_(rankings), Sitting.closed_at.is_not(None))
    found = session.scalars(closed.options(joinedload(SittingItem.sitting)).order_by(Sitting.closed_at, SittingItem.id))
    return {item.ranking_id: item for item in found}


def _is_on_agenda(sitting: Sitting, ranking: Ranking) -> bool:
    return any(item.ranking_id == ranking.id for item in sitting.items)
