"""The table of rights, for auditors."""

from flask import Response, url_for

from sad.models.people import Role
from sad.web.access import allow
from sad.web.rights import rights_file as file_of_rights
from sad.web.rights import rights_page


@allow(Role.AUDITOR)
def rights() -> str:
    """Who may reach what."""
    return rights_page(crumb=("Journal des actes", url_for("procurement.journal")), file_url=url_for("procurement.rights_file"))


@allow(Role.AUDITOR)
def rights_file() -> Response:
    """The same, cell by cell, to be kept."""
    return file_of_rights()
