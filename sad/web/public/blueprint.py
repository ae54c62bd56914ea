"""The addresses of the pages for everybody."""

from flask import Blueprint

from sad.web.navigation import Entry
from sad.web.public import pages

blueprint = Blueprint("public", __name__)

blueprint.add_url_rule("/", "home", pages.home)
blueprint.add_url_rule("/comment-candidater", "how_to_apply", pages.how_to_apply)
blueprint.add_url_rule("/regles", "rules", pages.rules)
blueprint.add_url_rule("/protection-des-offres", "offer_protection", pages.offer_protection)
blueprint.add_url_rule("/accessibilite", "accessibility", pages.accessibility)
blueprint.add_url_rule("/mentions-legales", "legal_notice", pages.legal_notice)

NAVIGATION = (
    Entry("Accueil", "public.home"),
    Entry("Comment candidater", "public.how_to_apply"),
)
