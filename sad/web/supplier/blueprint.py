"""The addresses of the pages for suppliers."""

from flask import Blueprint
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from sad.web.errors import NO_DATABASE
from sad.web.navigation import Entry
from sad.web.supplier import (
    application_form,
    applications,
    completions,
    confirmations,
    consortium_agreements,
    consortiums,
    deadline_agreements,
    degraded,
    examinations,
    home,
    letters,
    mini_tenders,
    offers,
    orders,
    oversized,
    own_data,
    people,
    proofs,
    receipts,
    regularisations,
    results,
    roadmap,
    sending,
    trials,
    usual_offer,
    vault,
)

blueprint = Blueprint("supplier", __name__)
BOTH = ["GET", "POST"]
POST = ["POST"]

blueprint.register_error_handler(RequestEntityTooLarge, oversized.too_large)
blueprint.register_error_handler(ClientDisconnected, oversized.cut_short)
for kind in NO_DATABASE:
    blueprint.register_error_handler(kind, degraded.receive)

blueprint.add_url_rule("/", "home", home.home)
blueprint.add_url_rule("/fiche", "profile", people.profile, methods=BOTH)
blueprint.add_url_rule("/ajouter", "add_supplier", people.add_supplier, methods=BOTH)
blueprint.add_url_rule("/personnes", "people", people.people, methods=BOTH)
blueprint.add_url_rule(
    "/personnes/invitations/<int:invitation_id>/annuler", "cancel_invitation", people.cancel_invitation, methods=POST
)
blueprint.add_url_rule("/mes-donnees.zip", "own_data", own_data.own_data)
blueprint.add_url_rule("/personnes/partir", "leave", people.leave, methods=BOTH)
blueprint.add_url_rule("/trajectoire", "roadmap", roadmap.roadmap)
blueprint.add_url_rule("/offre-habituelle", "usual_offer", usual_offer.usual_offer, methods=BOTH)

blueprint.add_url_rule("/documents", "documents", vault.documents, methods=BOTH)
blueprint.add_url_rule("/documents/<int:document_id>", "document", vault.download)
blueprint.add_url_rule("/documents/<int:certificate_id>/retirer", "withdraw_certificate", vault.withdraw_certificate, methods=POST)

blueprint.add_url_rule("/candidatures", "applications", applications.applications)
blueprint.add_url_rule("/candidatures/categorie/<int:category_id>", "start_application", applications.start, methods=POST)
blueprint.add_url_rule("/candidatures/<int:application_id>", "application", applications.application)
blueprint.add_url_rule("/candidatures/<int:application_id>/retirer", "withdraw_application", applications.withdraw, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/reponses", "application_answers", application_form.answers, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/preuves", "application_proofs", application_form.proofs)
blueprint.add_url_rule(
    "/candidatures/<int:application_id>/preuves/<requirement>", "application_proof", application_form.proof, methods=BOTH
)
blueprint.add_url_rule(
    "/candidatures/<int:application_id>/preuves/<requirement>/coffre/<int:certificate_id>",
    "use_certificate",
    application_form.use_certificate,
    methods=POST,
)
blueprint.add_url_rule(
    "/candidatures/<int:application_id>/documents/<int:document_id>/retirer", "remove_proof", application_form.remove_proof, methods=POST
)
blueprint.add_url_rule("/candidatures/<int:application_id>/offre", "application_usual", application_form.usual, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/verifier", "application_check", application_form.check, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/complement", "completion", completions.completion, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/observations", "hearing", completions.hearing, methods=BOTH)

GROUP = "/groupements/<int:consortium_id>"
blueprint.add_url_rule("/groupements", "consortiums", consortiums.consortiums)
blueprint.add_url_rule("/groupements/nouveau/<int:category_id>", "found_consortium", consortiums.found, methods=BOTH)
blueprint.add_url_rule(GROUP, "consortium", consortiums.consortium)
blueprint.add_url_rule(f"{GROUP}/inviter", "invite_partner", consortiums.invite, methods=BOTH)
blueprint.add_url_rule(f"{GROUP}/rejoindre", "join_consortium", consortiums.join, methods=BOTH)
blueprint.add_url_rule(f"{GROUP}/membres/<int:member_id>/partir", "leave_consortium", consortiums.leave, methods=BOTH)
blueprint.add_url_rule(f"{GROUP}/abandonner", "end_consortium", consortiums.end, methods=BOTH)
blueprint.add_url_rule(f"{GROUP}/parts", "consortium_terms", consortium_agreements.terms, methods=BOTH)
blueprint.add_url_rule(f"{GROUP}/signer", "sign_agreement", consortium_agreements.sign, methods=BOTH)
blueprint.add_url_rule(f"{GROUP}/convention.pdf", "consortium_agreement", consortium_agreements.document)
blueprint.add_url_rule(f"{GROUP}/candidater", "apply_together", consortiums.apply, methods=POST)
blueprint.add_url_rule(f"{GROUP}/agir", "act_for_consortium", consortiums.act, methods=POST)
blueprint.add_url_rule(f"{GROUP}/remplacement", "present_replacement", consortiums.present, methods=POST)

CONFIRMATION = "/confirmations/<int:request_id>"
PROOF = f"{CONFIRMATION}/preuves/<requirement>"
blueprint.add_url_rule(CONFIRMATION, "confirmation", confirmations.confirmation, methods=BOTH)
blueprint.add_url_rule(PROOF, "confirmation_proof", confirmations.proof, methods=BOTH)
blueprint.add_url_rule(
    f"{PROOF}/coffre/<int:certificate_id>", "use_certificate_to_confirm", confirmations.use_certificate, methods=POST
)

blueprint.add_url_rule("/consultations", "mini_tenders", mini_tenders.mini_tenders)
blueprint.add_url_rule("/consultations/accords/<int:answer_id>", "deadline_agreement", deadline_agreements.agreement, methods=BOTH)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>", "mini_tender", mini_tenders.mini_tender)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>/question", "ask_question", mini_tenders.ask, methods=POST)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>/non-merci", "decline", mini_tenders.decline, methods=POST)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>/je-reponds", "announce_answer", mini_tenders.announce, methods=POST)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>/offre", "offer", offers.offer, methods=BOTH)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>/offre/verifier", "check_offer", offers.check, methods=BOTH)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>/offre/effacer", "discard_offer", offers.discard, methods=BOTH)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>/offre/fichiers", "begin_upload", sending.begin, methods=POST)
blueprint.add_url_rule("/essai", "trial", trials.trial, methods=BOTH)
blueprint.add_url_rule("/essai/fichiers", "begin_trial_upload", sending.begin_trial, methods=POST)
blueprint.add_url_rule("/essai/<int:trial_id>", "trial_receipt", trials.receipt)
blueprint.add_url_rule("/essai/<int:trial_id>/accuse-de-reception.json", "trial_receipt_file", trials.receipt_file)
blueprint.add_url_rule("/essai/<int:trial_id>/accuse-de-reception.pdf", "trial_receipt_paper", trials.receipt_paper)
blueprint.add_url_rule("/fichiers/<int:upload_id>", "upload", sending.upload, methods=BOTH)
blueprint.add_url_rule("/fichiers/<int:upload_id>/abandonner", "discard_upload", sending.discard, methods=POST)
blueprint.add_url_rule("/consultations/offres/<int:offer_id>/accuse-de-reception", "receipt", receipts.receipt)
blueprint.add_url_rule("/consultations/offres/<int:offer_id>/accuse-de-reception.json", "receipt_file", receipts.receipt_file)
blueprint.add_url_rule("/consultations/offres/<int:offer_id>/accuse-de-reception.pdf", "receipt_paper", receipts.receipt_paper)
blueprint.add_url_rule("/consultations/offres/<int:offer_id>/retirer", "withdraw_offer", offers.withdraw, methods=BOTH)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>/resultat", "result", results.result)
blueprint.add_url_rule("/consultations/<int:mini_tender_id>/resultat/raisons", "ask_reasons", results.ask, methods=POST)

blueprint.add_url_rule(
    "/consultations/justifications/<int:price_request_id>", "price_request", examinations.price_request, methods=BOTH
)
blueprint.add_url_rule(
    "/consultations/corrections/<int:regularisation_request_id>", "regularisation", regularisations.regularisation, methods=BOTH
)
blueprint.add_url_rule("/attestations/<int:proof_request_id>", "proofs", proofs.proofs)
blueprint.add_url_rule("/attestations/envoyer/<int:awaited_proof_id>", "proof", proofs.proof, methods=BOTH)
blueprint.add_url_rule("/consultations/reponses/fichiers/<int:answer_file_id>", "answer_file", examinations.answer_file)

blueprint.add_url_rule("/commandes", "orders", orders.orders)
blueprint.add_url_rule("/commandes/<int:order_id>", "order", orders.order)
blueprint.add_url_rule("/commandes/<int:order_id>/bien-recu", "acknowledge_order", orders.acknowledge, methods=POST)
blueprint.add_url_rule("/commandes/<int:order_id>/bon-de-commande.pdf", "order_file", orders.order_file)

blueprint.add_url_rule("/courriers", "letters", letters.letters)
blueprint.add_url_rule("/courriers/<int:letter_id>", "letter", letters.letter)
blueprint.add_url_rule("/courriers/<int:letter_id>/pdf", "letter_as_pdf", results.letter_as_pdf)

NAVIGATION: tuple[Entry, ...] = (
    Entry("Accueil", "supplier.home"),
    Entry("Consultations", "supplier.mini_tenders", mini_tenders.waiting),
    Entry("Candidatures", "supplier.applications"),
    Entry("Documents", "supplier.documents"),
    Entry("Courriers", "supplier.letters"),
)
