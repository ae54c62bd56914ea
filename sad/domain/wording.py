"""What the words of a requirement or of a need give away: a place, a label, a product, an exclusion ground."""

import re
import unicodedata

LABELS = (
    *("ab", "bio", "biologique", "biologiques", "label", "labels", "aop", "aoc", "igp", "stg", "siqo", "hve", "msc", "asc"),
    *("demeter", "ecolabel", "ecocert", "fairtrade", "rainforest", "bleu-blanc-coeur", "max havelaar", "nature et progres"),
)

# What an operator is, holds or is able to do, as against what it offers (L2142-1).
CAPACITY = re.compile(
    r"\b(?:certificats? d'operateur|operateur certifie|en mesure d|capable|peut|dispose|detient|moyens?|equipements?|agrement|agree"
    r"|declare\w*|declaration|assurance|procedure|habilitation|derogation|formation|diplome|licence|vehicules?|references?)"
)
PRODUCT = (
    (
        re.compile(r"\b(?:bio(?!-dechet)|biologiques?|siqo|aop|aoc|igp|hve|labels?|labellise\w*|ab)\b|\borganic"),
        "Détient un certificat d’opérateur biologique ou équivalent",
    ),
    (
        re.compile(r"\b(?:emballages?|consigne\w*|reemployables?|reutilisables?|contenants?)\b|packaging"),
        "Est en mesure de livrer en contenants réemployables",
    ),
    (re.compile(r"\b(?:livraisons?|livrer|livre)\b|\bdelivery"), "Dispose des moyens de livrer aux heures demandées"),
    (re.compile(r"circuits? courts?|intermediaire|approvisionnements? directs?|direct_supply"), ""),
)
EXCLUSION = re.compile(
    r"urssaf|vigilance|casier judiciaire|\bimpots?\b|fiscale?s?\b|cotisations?"
    r"|travailleurs etrangers|salaries etrangers|kbis|liste nominative"
)
REFERENCES = re.compile(r"\breferences?\b")
DISTANCE = re.compile(r"\b(?:km|kilometres?|distances?)\b")
PLACE_KEYS = {"km", "distance", "local", "locale", "commune", "departement", "insee", "postcode", "origin", "origine"}


def folded(text: str) -> str:
    """The text in lower case, without accents, with plain apostrophes, to be searched."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("’", "'").replace("œ", "oe"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def lacks_equivalent(text: str) -> bool:
    """Whether a text names a label without « ou équivalent » (CRI-09, R2111-13 to -17)."""
    plain = folded(text)
    named = any(re.search(rf"\b{re.escape(label)}\b(?!-dechet)", plain) for label in LABELS)
    return named and "equivalent" not in plain


def product_rewriting(text: str) -> str | None:
    """The lawful wording in the form of a capacity for a text that speaks of the product; None when it already is one.

    An empty string means that no capacity form exists: the requirement belongs to the offer (ADM-01, L2142-1).
    """
    plain = folded(text)
    if CAPACITY.search(plain):
        return None
    return next((rewriting for pattern, rewriting in PRODUCT if pattern.search(plain)), None)


def proves_no_exclusion(text: str) -> bool:
    """Whether a text asks for a proof about exclusion grounds: tax, social, vigilance, criminal record (ADM-05, R2144-4)."""
    return bool(EXCLUSION.search(folded(text)))


def asks_references(text: str) -> bool:
    """Whether a text asks for references of past contracts, whose absence never decides (ADM-03, R2142-14)."""
    return bool(REFERENCES.search(folded(text)))


def measures_place(key: str, label: str) -> bool:
    """Whether a requirement measures a distance or names a place of establishment: never a condition, never scored."""
    return bool(PLACE_KEYS & set(re.split(r"[_\W]+", folded(key))) or DISTANCE.search(folded(label)))
