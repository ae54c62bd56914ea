"""What the running application was set up with, for views."""

from flask import current_app

from sad.settings import Settings


def site_settings() -> Settings:
    """The settings that the application was prepared with; every request comes after that."""
    found: Settings = current_app.settings  # type: ignore[attr-defined]
    return found


def site_address() -> str:
    """Where the site is, without a slash at its end, for the links of letters."""
    return site_settings().base_url
