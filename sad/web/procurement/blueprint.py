"""The addresses of the pages for procurement staff."""

from flask import Blueprint

from sad.web.navigation import Entry
from sad.web.procurement import admissions, applications, decisions, home

blueprint = Blueprint("procurement", __name__)
BOTH = ["GET", "POST"]

blueprint.add_url_rule("/", "home", home.home)

blueprint.add_url_rule("/candidatures", "applications", applications.applications)
blueprint.add_url_rule("/candidatures/<int:application_id>", "application", applications.application)
blueprint.add_url_rule(
    "/candidatures/<int:application_id>/documents/<int:document_id>", "application_document", applications.document
)
blueprint.add_url_rule("/candidatures/<int:application_id>/completer", "complete_application", decisions.complete, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/prolonger", "extend_application", decisions.extend, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/entendre", "hear_application", decisions.hear, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/admettre", "admit_application", decisions.admit, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/refuser", "refuse_application", decisions.refuse, methods=BOTH)
blueprint.add_url_rule("/admis", "admissions", admissions.admissions)
blueprint.add_url_rule("/admis/<int:admission_id>", "admission", admissions.admission)

NAVIGATION: tuple[Entry, ...] = (
    Entry("À faire", "procurement.home"),
    Entry("Candidatures", "procurement.applications"),
    Entry("Admis", "procurement.admissions"),
)
