"""One way only to write a value as bytes, so that what was hashed or signed can be written again years later, by anyone."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """`value` as UTF-8 JSON: keys in order, no spaces, accents as they are.

    Holds text, whole numbers, booleans, null, lists and mappings with text keys. Raises `TypeError` for anything else: a float
    has several spellings (write amounts as text), and a datetime has several time zones (write `instant(at)`).
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def instant(at: datetime) -> str:
    """`at` in UTC to the microsecond, always 27 characters. Raises `ValueError` for a naive datetime."""
    if at.tzinfo is None:
        raise ValueError(f"naive datetime {at!r}")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} has no single way to be written: {value!r}")


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key is text, not {key!r}")
    return key
