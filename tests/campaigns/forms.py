"""What a form page carries that must be sent back."""

import re

HIDDEN = ("csrf_token", "stamp")


def hidden_of(page: str) -> dict[str, str]:
    """The token of the session, and the stamp of the draft that the page shows."""
    return {name: re.search(f'name="{name}"[^>]*value="([^"]*)"', page)[1] for name in HIDDEN}
