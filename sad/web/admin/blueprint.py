"""The addresses of the pages for administrators."""

from flask import Blueprint

from sad.web.admin import agents, organisations, outbox, people, rights, services, timekeeping
from sad.web.navigation import Entry

blueprint = Blueprint("admin", __name__)

ORGANISATION = "/organisations/<int:organisation_id>"
SERVICES, SERVICE = f"{ORGANISATION}/services", f"{ORGANISATION}/services/<int:service_id>"
AGENT = "/personnes/<int:person_id>"
BOTH = ["GET", "POST"]

blueprint.add_url_rule("/", "home", organisations.home)
blueprint.add_url_rule("/organisations/nouvelle", "create_organisation", organisations.create, methods=BOTH)
blueprint.add_url_rule(ORGANISATION, "organisation", organisations.organisation)
blueprint.add_url_rule(f"{ORGANISATION}/modifier", "change_organisation", organisations.change, methods=BOTH)

blueprint.add_url_rule(SERVICES, "services", services.services)
blueprint.add_url_rule(f"{SERVICES}/nouveau", "create_service", services.create, methods=BOTH)
blueprint.add_url_rule(SERVICE, "change_service", services.change, methods=BOTH)
blueprint.add_url_rule(f"{SERVICE}/fermer", "close_service", services.close, methods=["POST"])
blueprint.add_url_rule(f"{SERVICE}/rouvrir", "reopen_service", services.reopen, methods=["POST"])

blueprint.add_url_rule(f"{ORGANISATION}/personnes", "people", people.people)
blueprint.add_url_rule(f"{ORGANISATION}/personnes/nouvelle", "create_agent", people.create, methods=BOTH)
blueprint.add_url_rule("/administrateurs", "administrators", people.administrators)
blueprint.add_url_rule("/administrateurs/nouveau", "create_administrator", people.create_administrator, methods=BOTH)

blueprint.add_url_rule(AGENT, "agent", agents.agent, methods=BOTH)
blueprint.add_url_rule(f"{AGENT}/roles/<int:role_id>/retirer", "revoke_role", agents.revoke, methods=BOTH)
blueprint.add_url_rule(f"{AGENT}/application/retirer", "remove_factor", agents.remove_code, methods=BOTH)
blueprint.add_url_rule(f"{AGENT}/fermer", "close_account", agents.close, methods=BOTH)
blueprint.add_url_rule(f"{AGENT}/rouvrir", "reopen_account", agents.reopen, methods=["POST"])
blueprint.add_url_rule(f"{AGENT}/inviter", "invite_again", agents.invite, methods=["POST"])

blueprint.add_url_rule("/droits", "rights", rights.rights)
blueprint.add_url_rule("/droits/tableau.csv", "rights_file", rights.rights_file)

blueprint.add_url_rule("/horloge", "timekeeping", timekeeping.timekeeping)
blueprint.add_url_rule("/horloge/confirmer", "declare_hour", timekeeping.declare, methods=["POST"])

blueprint.add_url_rule("/courriers", "outbox", outbox.outbox)
blueprint.add_url_rule("/courriers/<int:letter_id>/revenu", "bounce", outbox.bounce, methods=BOTH)

NAVIGATION: tuple[Entry, ...] = (
    Entry("Comptes et services", "admin.home"),
    Entry("Courriers non reçus", "admin.outbox"),
    Entry("Horloge et pannes", "admin.timekeeping"),
)
