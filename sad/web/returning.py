"""Coming back to the page that was asked, once something that came first is done."""

from urllib.parse import urlsplit

from flask import request


def asked_page() -> str | None:
    """The page asked before, named by `next`, when it is one of ours."""
    target = request.args.get("next", "")
    parts = urlsplit(target)
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return target if is_ours and target.isprintable() and "\\" not in target else None


def this_page() -> str:
    """The page asked now, for `next`."""
    return request.full_path.rstrip("?")
