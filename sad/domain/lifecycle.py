"""The decisions that may follow one another: one table of moves for each kind of thing.

Only human decisions are states; what the calendar alone changes is computed (`sad.domain.phases`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from sad.domain.errors import refuse
from sad.domain.sentences import listed, of

Moves = Mapping[tuple[str, str], str]

APPLICATION: Moves = {
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "request_completion"): "completion_requested",
    ("submitted", "hear"): "hearing",
    ("submitted", "admit"): "admitted",
    ("submitted", "refuse"): "refused",
    ("submitted", "withdraw"): "withdrawn",
    ("completion_requested", "complete"): "submitted",
    ("completion_requested", "hear"): "hearing",
    ("completion_requested", "admit"): "admitted",
    ("completion_requested", "refuse"): "refused",
    ("completion_requested", "withdraw"): "withdrawn",
    ("hearing", "admit"): "admitted",
    ("hearing", "refuse"): "refused",
    ("hearing", "withdraw"): "withdrawn",
}
ADMISSION: Moves = {
    ("admitted", "suspend"): "suspended",
    ("admitted", "remove"): "removed",
    ("suspended", "readmit"): "admitted",
    ("suspended", "remove"): "removed",
    ("removed", "readmit"): "admitted",
}
MINI_TENDER: Moves = {
    ("draft", "ask_check"): "to_check",
    ("draft", "publish"): "published",
    ("to_check", "return"): "draft",
    ("to_check", "publish"): "published",
    ("published", "open"): "opened",
    ("published", "discontinue"): "discontinued",
    ("opened", "rank"): "ranked",
    ("opened", "discontinue"): "discontinued",
    ("ranked", "rank"): "ranked",
    ("ranked", "award"): "awarded",
    ("ranked", "discontinue"): "discontinued",
    ("awarded", "cancel_award"): "ranked",
    ("awarded", "notify"): "notified",
    ("awarded", "discontinue"): "discontinued",
}
OFFER: Moves = {
    ("deposited", "replace"): "replaced",
    ("deposited", "withdraw"): "withdrawn",
}
AWARD: Moves = {
    ("proposed", "approve"): "approved",
    ("proposed", "cancel"): "cancelled",
    ("approved", "cancel"): "cancelled",
}
MOVES: Mapping[str, Moves] = MappingProxyType(
    {"application": APPLICATION, "admission": ADMISSION, "mini_tender": MINI_TENDER, "offer": OFFER, "award": AWARD}
)

THINGS = {
    "application": "la candidature",
    "admission": "l’admission",
    "mini_tender": "la consultation",
    "offer": "l’offre",
    "award": "l’attribution",
}
STATES = {
    "draft": "en brouillon",
    "submitted": "déposée",
    "completion_requested": "en attente d’un complément",
    "hearing": "en attente des observations de l’entreprise",
    "admitted": "admise",
    "admission admitted": "en vigueur",
    "refused": "refusée",
    "withdrawn": "retirée",
    "suspended": "suspendue",
    "removed": "radiée",
    "to_check": "en vérification par le service achats",
    "published": "publiée",
    "opened": "en cours d’analyse",
    "ranked": "classée",
    "awarded": "attribuée",
    "notified": "notifiée",
    "discontinued": "déclarée sans suite",
    "deposited": "déposée",
    "replaced": "remplacée",
    "proposed": "proposée",
    "approved": "décidée",
    "cancelled": "annulée",
}
ACTS = {
    "submit": "la déposer",
    "withdraw": "la retirer",
    "request_completion": "demander un complément",
    "complete": "la compléter",
    "hear": "demander des observations",
    "admit": "l’admettre",
    "refuse": "la refuser",
    "suspend": "la suspendre",
    "remove": "la radier",
    "readmit": "la rétablir",
    "ask_check": "demander une vérification",
    "return": "la rendre au service demandeur",
    "publish": "la publier",
    "open": "ouvrir les offres",
    "rank": "classer les offres",
    "award": "l’attribuer",
    "cancel_award": "annuler l’attribution",
    "notify": "notifier le marché",
    "discontinue": "la déclarer sans suite",
    "replace": "la remplacer",
    "approve": "la décider",
    "cancel": "l’annuler",
}


def moved(kind: str, state: str, act: str) -> str:
    """The state that follows the act. Raises `Refused` with what is possible from there, KeyError for an unknown kind."""
    after = MOVES[kind].get((state, act))
    if after is not None:
        return after
    acts = possible_acts(kind, state)
    remedy = f"À partir de là, on peut {listed([ACTS[each] for each in acts], 'ou')}." if acts else "Plus rien ne peut suivre."
    known_as = STATES.get(f"{kind} {state}", STATES[state])
    raise refuse(f"Impossible {of(ACTS[act])} : {THINGS[kind]} est {known_as}.", remedy)


def possible_acts(kind: str, state: str) -> tuple[str, ...]:
    """The acts that may follow a state, in the order of the table."""
    return tuple(act for before, act in MOVES[kind] if before == state)
