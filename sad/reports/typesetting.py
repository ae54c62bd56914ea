"""Setting words on paper: accessible PDF (PDF/UA-1), the same bytes for the same words and the same instant."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates" / "reports"


def typeset(template: str, content: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template of `templates/reports`, which reads `content` as JSON: what a person wrote is never taken for commands.

    `at` dates the file. Raises `typst.TypstError` when something in it could not be read aloud.
    """
    return bytes(
        typst.compile(
            TEMPLATES / f"{template}.typ",
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"content": json.dumps(content)},
            ignore_system_fonts=True,
            timestamp=int(at.astimezone(UTC).timestamp()),
        )
    )
