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
    (re.compile(r"\b(?:de saison|saisonni\w+)\b|\bseasonal"), "Est en mesure de fournir des produits de saison"),
    (re.compile(r"\b(?:plastiques?|vaisselle|jetables?|usage unique)\b"), "Est en mesure de servir sans plastique à usage unique"),
    (re.compile(r"\b(?:vegetari\w+|vegan\w*|vegetalien\w*)\b"), "Est en mesure de proposer des menus végétariens"),
    (re.compile(r"\b(?:equitables?|fermiers?|fermieres?|fait maison|frais|fraiche|fraicheur|gaspillage)\b"), ""),
    (re.compile(r"circuits? courts?|intermediaire|approvisionnements? directs?|direct_supply"), ""),
    (re.compile(r"\bpart (?:de|des|du|d')|\bpourcentage|%"), ""),
)
EXCLUSION = re.compile(
    r"urssaf|vigilance|casier judiciaire|\bimpots?\b|fiscale?s?\b|cotisations?"
    r"|travailleurs etrangers|salaries etrangers|kbis|liste nominative"
)
REFERENCES = re.compile(r"\breferences?\b")
DISTANCE = re.compile(r"\b(?:km|kilometres?|distances?)\b")
PLACE_KEYS = {"km", "distance", "local", "locale", "commune", "departement", "insee", "postcode", "origin", "origine"}

_COUNT = r"(?:\d+|un|une|deux|trois|quatre|cinq|six|huit|dix|quinze|vingt)"
SENIORITY = re.compile(
    rf"\banciennete\b|\bdepuis (?:au moins |plus de |au minimum )?{_COUNT} (?:ans?|annees?)\b"
    rf"|\b{_COUNT} (?:ans?|annees?) (?:au moins )?(?:d'|de )(?:experience|existence|activite|presence|metier|references?)\b"
    rf"|\bexperience (?:minimale|minimum|d'au moins|de plus de|de {_COUNT} ans?)\b"
    rf"|\b(?:cree|creee|fonde|fondee|immatricule|immatriculee|existe|existant|etabli|etablie)s? (?:depuis|avant|il y a)\b"
)
TURNOVER = re.compile(r"\bchiffres? d'affaires?\b|\bca (?:annuel|minimal|minimum|global|ht)\b")
KNOWN_BRANDS = re.compile(
    r"\b(?:nespresso|nutella|coca-cola|lavazza|danone|evian|tupperware|lipton|orangina|perrier|senseo|valrhona|pepsi)\b"
)
NAMED_BRAND = re.compile(
    r"(?P<signed>[^\W_][\w’'&-]*) ?[®™]"
    r"|\b(?i:marques?|mod[èe]les?|types?)(?: (?:de|du|la|commerciale|déposée))*[ \u00a0\u003a\u00ab]+(?P<named>[A-ZÀ-Ý][\w’'&-]*)"
)
NO_BRAND = re.compile(r"T ?\d+|[A-Z]|[IVX]+|\d+")


def folded(text: str) -> str:
    """The text in lower case, without accents, with plain apostrophes, to be searched."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("’", "'").replace("œ", "oe"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def lacks_equivalent(text: str) -> bool:
    """Whether a text names a label without « ou équivalent » (CRI-09, R2111-13 to -17)."""
    plain = folded(text)
    named = any(re.search(rf"\b{re.escape(label)}\b(?!-dechet)", plain) for label in LABELS)
    return named and not admits_equivalent(text)


def admits_equivalent(text: str) -> bool:
    """Whether a text accepts what equals the thing it names."""
    return "equivalent" in folded(text)


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


def asks_seniority(text: str) -> bool:
    """Whether a text asks how long the candidate has existed or worked: it shuts out whoever begins (ADM-03, R2142-14)."""
    plain = folded(text)
    return bool(SENIORITY.search(plain)) and "conversion" not in plain


def asks_turnover(text: str) -> bool:
    """Whether a text speaks of a turnover, which may be asked only within a limit (ADM-02, R2142-7)."""
    return bool(TURNOVER.search(folded(text)))


def named_brand(text: str) -> str | None:
    """The brand, type or model that a text names, as it is written; None when nothing looks like one (R2111-7).

    A sign ® or ™, a known brand, or a capital after « marque », « modèle », « type ». A flour T65 and a label are none.
    """
    known = KNOWN_BRANDS.search(folded(text))
    if known:
        return text[known.start() : known.end()] if len(folded(text)) == len(text) else known.group()
    for match in NAMED_BRAND.finditer(text):
        name = (match["signed"] or match["named"]).rstrip(" .,-")
        if not NO_BRAND.fullmatch(name) and folded(name) not in LABELS:
            return name
    return None
