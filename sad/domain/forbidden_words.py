"""The words that smell of a place of origin or of a distance (CRI-08, R2111-7 and the case law on local preference).

A hit is a warning that asks for a reason. In free text the finder would rather ask once too often than miss one.
"""

import re
import unicodedata

_WORDS = ("commune", "département", "km", "kilomètre", "kilomètres", "local", "locale", "locaux", "locales", "origine")
_PLURALS = ("communes", "départements", "origines")


def find_forbidden_words(text: str, *, strict: bool) -> tuple[str, ...]:
    """The forbidden words of a text, as they are spelt in the list, each once, in the order of the text.

    Whole words; case and accents are ignored. `strict` takes the ten words of the list wherever they stand, as the label
    of a criterion must. Otherwise, for free text, the other plurals count too, while « locaux » meaning premises, the
    place of a delivery and an « appellation d’origine » do not.
    """
    plain = _fold(text)
    finder = _STRICT if strict else _FREE
    if not strict:
        plain = _INNOCENT.sub(" ", plain)
    found = (_SPELLING[match.group()] for match in finder.finditer(plain))
    return tuple(dict.fromkeys(found))


def _fold(text: str) -> str:
    """Lower case, no accents, plain apostrophes and spaces; the ends of lines stay, they end a sentence."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[^\S\n]+", " ", bare)


def _whole_words(words: tuple[str, ...]) -> re.Pattern[str]:
    """Digits are no part of a word, so that « 50km » is a hit."""
    either = "|".join(map(_fold, words))
    return re.compile(rf"(?<![^\W\d_])(?:{either})(?![^\W\d_])")


_SPELLING = {_fold(word): word for word in _WORDS + _PLURALS}
_STRICT = _whole_words(_WORDS)
_FREE = _whole_words(_WORDS + _PLURALS)

_QUALIFIED = r"(?:nouveaux |anciens |propres |memes |autres )?"
_WHAT_FOR = r"(?:d'|de |du |des |ou |sont |techniques|municipaux|administratifs|scolaires|professionnels|sanitaires|associatifs)"
_PREMISES = (
    rf"\b(?:mes|tes|ses|nos|vos|leurs|ces) {_QUALIFIED}locaux\b"
    rf"|\b(?:dans|vers|devant|hors|jusqu') ?(?:(?:de|a|aux) ?)?(?:les|des|d')? ?{_QUALIFIED}locaux\b"
    rf"|\b(?:les|des|aux) {_QUALIFIED}locaux (?={_WHAT_FOR})"
)

# Between the word for delivery and the place, only what says when, how and where: any other word may be about origin.
_WHEN = (
    r"(?:chaque|tous|toutes|jours?|matins?|midis?|soirs?|avant|apres|entre|et|ou|vers|h|heures?"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi)"
)
_HOW = r"(?:assuree?s?|effectuee?s?|prevue?s?|possibles?|obligatoires?|gratuite?s?|comprise?s?|incluse?s?|est|sont|doit|etre|a faire)"
_WHERE = r"(?:dans|a|au|aux|en|sur|la|le|les|l|un|une|de|du|des|d|plusieurs|toute?s?|cette|ce|ces|notre|nos|votre|vos|\d+)"
_SITE = r"(?:territoire|adresse|batiments?|sites?|salles?|mairies?|hotel|siege|place|ecoles?|creches?|gymnases?|mediatheques?|locaux|local)"
_DELIVERY = (
    r"\b(?:livr(?:er|ee?s?|aisons?|able?s?)|lieux? de (?:livraison|retrait)|lieux? d'execution)"
    rf"(?:[ ,:('/-]+(?:{_WHEN}|{_HOW}|{_WHERE}|{_SITE})(?![^\W_]))*"
    rf"[ ,:('/-]+(?:dans|a|au|aux|en|sur|{_SITE} (?:de|du|des|d))"
    r"(?:[ '](?:la|le|les|l|un|une|chaque|plusieurs|toute?s? les|toutes?|cette|ce|notre|votre|\d+))*"
    r"[ '](?:communes?|departements?|local|locaux)(?![^\W_])"
)
_APPELLATION = r"\b(?:appellations?|denominations?) d'origine\b"

_INNOCENT = re.compile(f"{_DELIVERY}|{_PREMISES}|{_APPELLATION}")
