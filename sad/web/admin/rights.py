"""The table of rights, for administrators."""

from flask import Response, url_for

from sad.models.people import Role
from sad.web import rights as table
from sad.web.access import allow


@allow(Role.ADMINISTRATOR)
def rights() -> str:
    """Who may reach what."""
    return table.rights_page(crumb=("Comptes et services", url_for("admin.home")), file_url=url_for("admin.rights_file"))


@allow(Role.ADMINISTRATOR)
def rights_file() -> Response:
    """The same, cell by cell, to be kept."""
    return table.rights_file()
