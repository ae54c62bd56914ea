"""A computed ranking as a scoring file: what anyone needs to compute every point again."""

import json

from sad.exports.file_names import slug
from sad.models.evaluations import Ranking


def scoring_file(ranking: Ranking) -> bytes:
    """The grid and the values of the offers as they were ranked, in the format of `flask rank`; UTF-8 JSON."""
    return (json.dumps(ranking.scoring_file, ensure_ascii=False, indent=2) + "\n").encode()


def scoring_file_name(ranking: Ranking) -> str:
    """The name under which it is downloaded: `notation-petit-dejeuner-2026-12-08.json`."""
    return f"notation-{slug(ranking.scoring_file['title']) or ranking.id}-{ranking.ranked_at:%Y-%m-%d}.json"
