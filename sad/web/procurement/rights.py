"""The table of rights, for auditors."""

from flask import Response, url_for

from sad.models.people import Role
from sad.web import rights as table
from sad.web.access import allow


@allow(Role.AUDITOR)
def rights() -> str:
    """Who may reach what."""
    return table.rights_page(crumb=("Journal des actes", url_for("procurement.journal")), file_url=url_for("procurement.rights_file"))


@allow(Role.AUDITOR)
def rights_file() -> Response:
    """The same, cell by cell, to be kept."""
    return table.rights_file()
