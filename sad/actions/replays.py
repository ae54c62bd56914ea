"""Decisions computed again from their frozen inputs: the same, or what differs, line by line."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from sad.actions.evaluations import marks_of, opened_offers
from sad.actions.hearings import is_heard
from sad.actions.publications import frozen_fingerprint, invitees_of
from sad.actions.rankings import bids_of, latest_ranking
from sad.db import session
from sad.domain.admission.decision import Reason, examine, refusal_faults
from sad.domain.admission.kept import change_faults, file_from_dict, replay_faults
from sad.domain.calendar import paris_day
from sad.domain.errors import Refused
from sad.domain.scoring.faults import ScoringFaults
from sad.domain.scoring.ranking import rank
from sad.domain.scoring.scoring_file import grid_to_dict, ranking_to_dict, read_scoring_file
from sad.domain.stages import fingerprint, stage_from_dict, stage_in_force
from sad.models.applications import Application, ApplicationState
from sad.models.evaluations import Ranking
from sad.models.journal import JournalBody, JournalEntry
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Classification
from sad.models.stages import Stage

DECISIONS = {ApplicationState.ADMITTED: "admit", ApplicationState.REFUSED: "refuse_application"}


def application_faults(application: Application) -> list[str]:
    """What differs when a submitted application is examined again, in French; empty when all is the same."""
    if application.submitted_at is None:
        raise ValueError("a draft has nothing frozen")
    faults = list(_stage_faults(application, application.submitted_at))
    if application.state not in DECISIONS or application.decided_at is None:
        return faults
    kept = _journalled(application, DECISIONS[ApplicationState(application.state)])
    if "file" not in kept:
        return [*faults, "Ce qui a été examiné le jour de la décision n’est plus au journal."]
    if kept["stage"] != application.stage_fingerprint:
        faults.append("Le journal de la décision cite un autre palier.")
    stage = application.frozen_stage()
    return [*faults, *replay_faults(kept, stage), *change_faults(kept, application.as_file()), *_decision_faults(application, kept)]


def ranking_faults(ranking: Ranking, *, is_relied_on: bool = True) -> list[str]:
    """What differs when a ranking is computed again from its scoring file, and what it was frozen from, in French.

    `is_relied_on`: offers and marks, which may still change until an award stands on it, must say what was ranked.
    """
    mini_tender = ranking.mini_tender
    if mini_tender.published_at is None:
        raise ValueError("a draft has nothing frozen")
    return [
        *_stage_faults(mini_tender, mini_tender.published_at),
        *_frozen_faults(mini_tender, ranking),
        *_result_faults(ranking),
        *_place_faults(ranking),
        *(_value_faults(mini_tender, ranking) if is_relied_on else ()),
    ]


def _stage_faults(frozen: Application | MiniTender, at: datetime) -> Iterator[str]:
    """Whether its copy of the stage is whole, and is the one that its date demands (PAL-04)."""
    content = frozen.stage_content or {}
    if fingerprint(stage_from_dict(content)) != frozen.stage_fingerprint:
        yield f"Palier {content['number']} : sa copie n’a plus l’empreinte gardée ({frozen.stage_fingerprint})."
    published = select(Stage).where(Stage.system_id == frozen.system_id, Stage.published_at <= at)
    rows = session.scalars(published.where(or_(Stage.replaced_at.is_(None), Stage.replaced_at > at)))
    try:
        demanded = stage_in_force([row.as_value() for row in rows], at)
    except Refused:
        yield f"Aucun palier n’était en vigueur le {paris_day(at).isoformat()}."
        return
    if fingerprint(demanded) != frozen.stage_fingerprint:
        yield f"La date du {paris_day(at).isoformat()} demande « {demanded.label} », et la copie est celle de « {content['label']} »."


def _journalled(application: Application, action: str) -> Mapping[str, Any]:
    """The details of the last decision; empty when they were erased."""
    body = select(JournalBody.body).join(JournalEntry, JournalEntry.seq == JournalBody.seq)
    decided = body.where(JournalEntry.object == f"applications:{application.id}", JournalEntry.action == action)
    return session.scalar(decided.order_by(JournalEntry.seq.desc()).limit(1)) or {}


def _decision_faults(application: Application, kept: Mapping[str, Any]) -> Iterator[str]:
    stage, day = application.frozen_stage(), paris_day(application.decided_at)  # type: ignore[arg-type]
    if application.state == ApplicationState.ADMITTED:
        if examine(file_from_dict(kept["file"]), stage, day).outcome != "admissible" and not kept["note"].strip():
            yield "Elle est admise alors que l’examen trouve des points qui ne vont pas, sans raison écrite."
        return
    for each in application.decision_reasons or []:
        heard = is_heard(application, each["requirement"], application.decided_at)  # type: ignore[arg-type]
        reason = Reason(each["requirement"], each["sentence"])
        yield from (fault.message for fault in refusal_faults([reason], stage, category=application.category.key, heard=heard))


def _frozen_faults(mini_tender: MiniTender, ranking: Ranking) -> Iterator[str]:
    """Whether need, lines, budget, grid and invitees still have the fingerprint of the invitation (CRI-12)."""
    if frozen_fingerprint(mini_tender, [supplier.id for supplier in invitees_of(mini_tender)]) != mini_tender.frozen_fingerprint:
        yield f"Le besoin, la grille ou les invités n’ont plus l’empreinte de l’envoi ({mini_tender.frozen_fingerprint})."
    if ranking.frozen_fingerprint != mini_tender.frozen_fingerprint:
        yield f"Le classement cite une autre empreinte de l’envoi ({ranking.frozen_fingerprint})."
    if ranking.scoring_file["grid"] != grid_to_dict(mini_tender.frozen_grid()):
        yield "La grille du classement n’est pas celle qui était figée à l’envoi."


def _result_faults(ranking: Ranking) -> Iterator[str]:
    try:
        _, grid, bids = read_scoring_file(ranking.scoring_file)
        again = ranking_to_dict(rank(bids, grid))
    except ScoringFaults as unreadable:
        yield from (f"Les valeurs gardées ne se classent plus : {fault}" for fault in unreadable.faults)
        return
    before, now = _by_ref(ranking.result), _by_ref(again)
    for ref in sorted({*before, *now}):
        yield from _line_faults(ref, before.get(ref, {}), now.get(ref, {}))
    if ranking.result["ties"] != again["ties"]:
        yield "Les offres à égalité ne sont plus les mêmes."


def _by_ref(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {each["ref"]: each for each in (*result["ranking"], *result["eliminated"])}


def _line_faults(ref: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name, words in (("rank", "rang"), ("total", "total"), ("reason", "élimination")):
        if before.get(name) != now.get(name):
            yield f"{ref} : {words} {_said(before.get(name))} gardé, {_said(now.get(name))} recalculé."
    for key in sorted({*before.get("points", {}), *now.get("points", {})}):
        kept, found = before.get("points", {}).get(key), now.get("points", {}).get(key)
        if kept != found:
            yield f"{ref}, critère « {key} » : {_said(kept)} gardé, {_said(found)} recalculé."


def _place_faults(ranking: Ranking) -> Iterator[str]:
    """Whether the places that letters quote are those of the result."""
    kept, places = _by_ref(ranking.result), {place.ref: place for place in ranking.places}
    for ref in sorted({*kept, *places}):
        if ref not in places or ref not in kept:
            yield f"{ref} : dans {'le résultat' if ref in kept else 'les lettres'} seulement."
            continue
        quoted = {"rank": places[ref].rank, "total": places[ref].total, "points": places[ref].points}
        if quoted != {"rank": kept[ref].get("rank"), "total": kept[ref].get("total"), "points": kept[ref].get("points", {})}:
            yield f"{ref} : la place que citent les lettres n’est pas celle du résultat."


def _value_faults(mini_tender: MiniTender, ranking: Ranking) -> Iterator[str]:
    """Whether the offers and the marks still say what was ranked; only the last ranking is held to them."""
    latest = latest_ranking(mini_tender)
    if latest is None or latest.id != ranking.id:
        return
    offers = opened_offers(mini_tender)
    regular = [offer for offer in offers if offer.classification == Classification.REGULAR]
    now = {bid.ref: dict(bid.values) for bid in bids_of(mini_tender, regular, marks_of(offers))}
    kept = {each["ref"]: each["values"] for each in ranking.scoring_file["offers"]}
    for ref in sorted({*kept, *now}):
        for key in sorted({*kept.get(ref, {}), *now.get(ref, {})}):
            before, after = kept.get(ref, {}).get(key), now.get(ref, {}).get(key)
            if before != after:
                yield f"{ref}, valeur « {key} » : {_said(before)} classée, {_said(after)} dans l’offre ou les notes."


def _said(value: object) -> str:
    return "rien" if value is None else str(value)
