"""The addresses of the pages for requesters."""

from flask import Blueprint

from sad.web.agent import amounts, checking, deadline_agreements, needs, orders, stages, weighing, wizard
from sad.web.navigation import Entry

blueprint = Blueprint("agent", __name__)
BOTH = ["GET", "POST"]

blueprint.add_url_rule("/", "home", needs.home)
blueprint.add_url_rule("/besoins", "needs", needs.needs)
blueprint.add_url_rule("/besoins/nouveau", "start", wizard.start, methods=BOTH)
blueprint.add_url_rule("/besoins/<int:mini_tender_id>", "need", needs.need)
blueprint.add_url_rule("/besoins/<int:mini_tender_id>/convives", "guests", wizard.guests, methods=BOTH)
blueprint.add_url_rule("/besoins/<int:mini_tender_id>/contraintes", "constraints", wizard.constraints, methods=BOTH)
blueprint.add_url_rule("/besoins/<int:mini_tender_id>/budget", "budget", wizard.budget, methods=BOTH)
blueprint.add_url_rule("/besoins/<int:mini_tender_id>/criteres", "weights", weighing.weights, methods=BOTH)
blueprint.add_url_rule("/besoins/<int:mini_tender_id>/verifier", "check", checking.check, methods=BOTH)
blueprint.add_url_rule("/besoins/<int:mini_tender_id>/reprendre", "copy", needs.copy, methods=["POST"])
blueprint.add_url_rule("/besoins/<int:mini_tender_id>/effacer", "discard", needs.discard, methods=BOTH)
AGREEMENT = "/besoins/<int:mini_tender_id>/accord"
blueprint.add_url_rule(AGREEMENT, "deadline_agreement", deadline_agreements.agreement)
blueprint.add_url_rule(f"{AGREEMENT}/demander", "ask_deadline_agreement", deadline_agreements.ask, methods=BOTH)
blueprint.add_url_rule(f"{AGREEMENT}/retirer", "withdraw_deadline_agreement", deadline_agreements.withdraw, methods=BOTH)
blueprint.add_url_rule(f"{AGREEMENT}/nouveaux", "ask_newcomers", deadline_agreements.newcomers, methods=["POST"])
blueprint.add_url_rule(f"{AGREEMENT}/dix-jours", "take_ten_days", deadline_agreements.ten_days, methods=["POST"])
ORDER = "/besoins/<int:mini_tender_id>/commande"
blueprint.add_url_rule("/besoins/<int:mini_tender_id>/commander", "place_order", orders.place, methods=BOTH)
blueprint.add_url_rule(ORDER, "order", orders.order)
blueprint.add_url_rule(f"{ORDER}/convives", "confirm_headcount", orders.headcount, methods=BOTH)
blueprint.add_url_rule(f"{ORDER}/references", "order_references", orders.references, methods=BOTH)
blueprint.add_url_rule(f"{ORDER}/reception", "accept_delivery", orders.accept, methods=BOTH)
blueprint.add_url_rule(f"{ORDER}/bon-de-commande.pdf", "order_file", orders.order_file)
blueprint.add_url_rule("/montants", "amounts", amounts.amounts)
blueprint.add_url_rule("/paliers", "stages", stages.stages)
blueprint.add_url_rule("/paliers/<int:stage_id>", "stage", stages.stage)
blueprint.add_url_rule("/paliers/<int:stage_id>/remarque", "comment_stage", stages.comment, methods=BOTH)

NAVIGATION: tuple[Entry, ...] = (Entry("Mes besoins", "agent.home"), Entry("Montants", "agent.amounts"), Entry("Paliers", "agent.stages"))
