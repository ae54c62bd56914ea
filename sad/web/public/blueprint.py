"""The addresses of the pages for everybody."""

from flask import Blueprint

from sad.web.navigation import Entry
from sad.web.public import demo_mail, health, journal, pages, receipts, registration, stages, systems

blueprint = Blueprint("public", __name__)

blueprint.add_url_rule("/", "home", pages.home)
blueprint.add_url_rule("/comment-candidater", "how_to_apply", pages.how_to_apply)
blueprint.add_url_rule("/regles", "rules", pages.rules)
blueprint.add_url_rule("/protection-des-offres", "offer_protection", pages.offer_protection)
blueprint.add_url_rule("/accuses-de-reception", "receipts", receipts.verify, methods=["GET", "POST"])
blueprint.add_url_rule("/accuses-de-reception/page-a-garder", "receipt_verifier", receipts.verifier)
blueprint.add_url_rule("/accuses-de-reception/receipt_check.py", "receipt_script", receipts.script)
blueprint.add_url_rule("/accuses-de-reception/cles.json", "receipt_key_list", receipts.key_list)
blueprint.add_url_rule("/journal", "journal", journal.journal)
blueprint.add_url_rule("/accessibilite", "accessibility", pages.accessibility)
blueprint.add_url_rule("/mentions-legales", "legal_notice", pages.legal_notice)

blueprint.add_url_rule("/systemes", "systems", systems.systems)
blueprint.add_url_rule("/systemes/<int:system_id>", "system", systems.system)
blueprint.add_url_rule("/systemes/<int:system_id>/documents/<int:document_id>", "system_document", systems.document)
blueprint.add_url_rule("/systemes/<int:system_id>/trajectoire", "roadmap", stages.roadmap)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/comparer", "compare_stages", stages.compare)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/<int:number>", "stage", stages.stage)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/<int:number>.json", "stage_content", stages.stage_content)
blueprint.add_url_rule(
    "/systemes/<int:system_id>/paliers/<int:number>/versions/<int:revision>", "stage_version", stages.version
)
blueprint.add_url_rule(
    "/systemes/<int:system_id>/paliers/<int:number>/versions/<int:revision>.json", "stage_version_content", stages.version_content
)
blueprint.add_url_rule("/systemes/<int:system_id>/calendrier.ics", "calendar", stages.calendar)
blueprint.add_url_rule("/systemes/<int:system_id>/fournisseurs", "system_suppliers", systems.suppliers)
blueprint.add_url_rule("/systemes/<int:system_id>/marches", "concluded", systems.concluded)

blueprint.add_url_rule("/inscription", "ask_registration", registration.ask, methods=["GET", "POST"])
blueprint.add_url_rule("/inscription/lien-envoye", "registration_asked", registration.asked)
blueprint.add_url_rule("/inscription/<token>", "register", registration.register, methods=["GET", "POST"])
blueprint.add_url_rule("/invitation/<token>", "join", registration.join, methods=["GET", "POST"])

blueprint.add_url_rule("/healthz", "health", health.health)
blueprint.add_url_rule("/demo/courrier", "demo_mails", demo_mail.mails)
blueprint.add_url_rule("/demo/courrier/<int:letter_id>", "demo_mail", demo_mail.mail)

NAVIGATION = (
    Entry("Accueil", "public.home"),
    Entry("Systèmes ouverts", "public.systems"),
    Entry("Comment candidater", "public.how_to_apply"),
)
