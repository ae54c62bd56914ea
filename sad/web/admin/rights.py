"""The table of rights, for administrators."""

from flask import Response, url_for

from sad.models.people import Role
from sad.web.access import allow
from sad.web.rights import rights_file as file_of_rights
from sad.web.rights import rights_page


@allow(Role.ADMINISTRATOR)
def rights() -> str:
    """Who may reach what."""
    return rights_page(crumb=("Comptes et services", url_for("admin.home")), file_url=url_for("admin.rights_file"))


@allow(Role.ADMINISTRATOR)
def rights_file() -> Response:
    """The same, cell by cell, to be kept."""
    return file_of_rights()
