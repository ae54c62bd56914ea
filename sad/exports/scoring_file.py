"""A computed ranking as a scoring file: what anyone needs to compute every point again."""

import json
import re
import unicodedata

from sad.models.evaluations import Ranking


def scoring_file(ranking: Ranking) -> bytes:
    """The grid and the values of the offers as they were ranked, in the format of `flask rank`; UTF-8 JSON."""
    return (json.dumps(ranking.scoring_file, ensure_ascii=False, indent=2) + "\n").encode()


def scoring_file_name(ranking: Ranking) -> str:
    """The name under which it is downloaded: `notation-petit-dejeuner-2026-12-08.json`."""
    plain = unicodedata.normalize("NFKD", ranking.scoring_file["title"]).encode("ascii", "ignore").decode().lower()
    title = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return f"notation-{title or ranking.id}-{ranking.ranked_at:%Y-%m-%d}.json"
