"""Names of files that every system takes: small letters without accents, digits and hyphens."""

import re
import unicodedata


def slug(text: str, *, longest: int = 60) -> str:
    """The words of a text as a part of a file name, cut at `longest` characters; empty when none of it can be written so."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("’", " ")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-")
