"""What every answer says to the browser, errors included: nothing from elsewhere, nothing inline, no frame."""

from flask import Response, current_app, request, session

from sad.web.access import STATIC

POLICY = "; ".join((
    "default-src 'self'",
    "img-src 'self' data:",  # Bootstrap draws its arrows and ticks with data: images
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
))
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
A_YEAR = 365 * 24 * 3600


def protect(response: Response) -> Response:
    """Add the headers that the view has not set more strictly itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}; includeSubDomains")
    if request.endpoint not in STATIC:
        response.headers.setdefault("Cache-Control", "private, no-store" if _is_private() else "private, no-cache")
    return response


def _is_private() -> bool:
    """Is the page one of somebody signed in, or of a secret link? Told from the request alone: the database may be what failed."""
    return "_user_id" in session or "token" in (request.view_args or {})
