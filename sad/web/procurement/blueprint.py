"""The addresses of the pages for procurement staff."""

from flask import Blueprint

from sad.web.navigation import Entry
from sad.web.procurement import (
    admissions,
    applications,
    assistance,
    assisted_offers,
    awards,
    backup_copies,
    brakes,
    campaign_decisions,
    campaign_opening,
    campaigns,
    categories,
    ceilings,
    committees,
    conclusions,
    consortiums,
    corrigenda,
    deadline_agreements,
    decisions,
    declarations,
    destructions,
    evaluation,
    evaluators,
    grids,
    home,
    journal,
    late_offers,
    low_prices,
    mini_tender_changes,
    mini_tenders,
    openers,
    openings,
    orders,
    plays,
    proof_files,
    proofs,
    publications,
    questions,
    rankings,
    regularisations,
    released,
    replies,
    requirements,
    result_letters,
    rights,
    sittings,
    stage_comments,
    stage_drafts,
    stage_reviews,
    stages,
    system_documents,
    systems,
    tasting_juries,
    tastings,
    validity,
)

blueprint = Blueprint("procurement", __name__)
BOTH = ["GET", "POST"]
POST = ["POST"]

blueprint.add_url_rule("/", "home", home.home)

blueprint.add_url_rule("/candidatures", "applications", applications.applications)
blueprint.add_url_rule("/candidatures/<int:application_id>", "application", applications.application)
blueprint.add_url_rule(
    "/candidatures/<int:application_id>/documents/<int:document_id>", "application_document", applications.document
)
blueprint.add_url_rule("/groupements/<int:consortium_id>", "consortium", consortiums.consortium)
blueprint.add_url_rule("/groupements/<int:consortium_id>/convention.pdf", "consortium_agreement", consortiums.agreement)
blueprint.add_url_rule("/groupements/<int:consortium_id>/remplacer", "ask_replacement", consortiums.ask, methods=BOTH)
blueprint.add_url_rule("/groupements/<int:consortium_id>/remplacement", "decide_replacement", consortiums.decide, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/completer", "complete_application", decisions.complete, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/prolonger", "extend_application", decisions.extend, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/entendre", "hear_application", decisions.hear, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/admettre", "admit_application", decisions.admit, methods=BOTH)
blueprint.add_url_rule("/candidatures/<int:application_id>/refuser", "refuse_application", decisions.refuse, methods=BOTH)
blueprint.add_url_rule("/admis", "admissions", admissions.admissions)
blueprint.add_url_rule("/admis/<int:admission_id>", "admission", admissions.admission)
blueprint.add_url_rule("/admis/<int:admission_id>/inviter", "invite_to_supplier", admissions.invite, methods=POST)

TENDER = "/consultations/<int:mini_tender_id>"
blueprint.add_url_rule("/consultations", "mini_tenders", mini_tenders.mini_tenders)
blueprint.add_url_rule(TENDER, "mini_tender", mini_tenders.mini_tender)
blueprint.add_url_rule(f"{TENDER}/publier", "publish_mini_tender", publications.publish, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/date-limite", "mini_tender_deadline", publications.deadline, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/accord", "deadline_agreement", deadline_agreements.agreement)
blueprint.add_url_rule(f"{TENDER}/accord/demander", "ask_deadline_agreement", deadline_agreements.ask, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/accord/retirer", "withdraw_deadline_agreement", deadline_agreements.withdraw, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/accord/nouveaux", "ask_newcomers", deadline_agreements.newcomers, methods=POST)
blueprint.add_url_rule(f"{TENDER}/accord/dix-jours", "take_ten_days", deadline_agreements.ten_days, methods=POST)
blueprint.add_url_rule(f"{TENDER}/grille", "mini_tender_grid", grids.mini_tender_grid)
blueprint.add_url_rule(f"{TENDER}/rendre", "return_mini_tender", publications.give_back, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/sans-suite", "discontinue_mini_tender", publications.discontinue, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/prolonger", "extend_mini_tender", mini_tender_changes.extend, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/modifier", "change_mini_tender", mini_tender_changes.change, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/questions/<int:question_id>", "answer_question", questions.answer, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/ouverture", "opening", openings.opening)
blueprint.add_url_rule(f"{TENDER}/ouverture/proces-verbal.pdf", "opening_pdf", openings.record)
blueprint.add_url_rule(f"{TENDER}/ouverture/dossier-de-preuve.pdf", "proof_file", proof_files.paper)
blueprint.add_url_rule(f"{TENDER}/ouverture/dossier-de-preuve.json", "proof_file_data", proof_files.data)
blueprint.add_url_rule(f"{TENDER}/ouverture/offres-scellees.zip", "release_key", released.release, methods=POST)
blueprint.add_url_rule(f"{TENDER}/ouverture/tardives/<int:late_offer_id>", "late_offer", late_offers.late_offer, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/ouverture/demander", "ask_opening", openings.ask, methods=POST)
blueprint.add_url_rule(f"{TENDER}/ouverture/confirmer", "confirm_opening", openings.confirm, methods=POST)
OFFER = f"{TENDER}/examen/offres/<int:offer_id>"
AWARD = f"{TENDER}/attribution/<int:award_id>"
blueprint.add_url_rule(f"{TENDER}/depot-assiste", "assist", assistance.assist, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/depot-assiste/offre", "assisted_offer", assisted_offers.assisted_offer, methods=BOTH)
COPIES = f"{TENDER}/copies-de-sauvegarde"
COPY = f"{COPIES}/<int:backup_copy_id>"
blueprint.add_url_rule(COPIES, "backup_copies", backup_copies.backup_copies, methods=BOTH)
blueprint.add_url_rule(COPY, "backup_copy", backup_copies.backup_copy, methods=BOTH)
blueprint.add_url_rule(f"{COPY}/rayer", "strike_out_backup_copy", backup_copies.strike_out, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/liens", "declare_interests", declarations.declare_interests, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/examen", "evaluation", evaluation.evaluation)
blueprint.add_url_rule(OFFER, "examine_offer", evaluation.examine_offer, methods=BOTH)
blueprint.add_url_rule(f"{OFFER}/justification", "justify_price", low_prices.justify_price, methods=BOTH)
blueprint.add_url_rule(f"{OFFER}/reponses/fichiers/<int:answer_file_id>", "answer_file", low_prices.answer_file)
blueprint.add_url_rule(f"{OFFER}/fichiers/<int:file_id>", "offer_file", evaluation.offer_file)
MENDED = f"{TENDER}/examen/regularisation"
blueprint.add_url_rule(MENDED, "regularisation", regularisations.regularisation, methods=BOTH)
blueprint.add_url_rule(
    f"{MENDED}/<int:regularisation_request_id>", "judge_regularisation", regularisations.judge_regularisation, methods=BOTH
)
blueprint.add_url_rule(f"{TENDER}/notes/<criterion>", "marks", evaluation.marks, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/evaluateurs", "evaluators", evaluators.evaluators, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/evaluateurs/<int:evaluator_id>/liberer", "release_evaluator", evaluators.release, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/mes-notes", "own_marks", evaluators.own_marks, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/mes-notes/<criterion>", "own_criterion", evaluators.own_criterion, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/consensus/<criterion>", "consensus", evaluators.consensus, methods=BOTH)
TASTING = f"{TENDER}/degustation"
blueprint.add_url_rule(TASTING, "tasting", tastings.tasting, methods=BOTH)
SAMPLE, JUROR = f"{TASTING}/echantillons/<int:sample_id>", f"{TASTING}/jury/<int:juror_id>"
blueprint.add_url_rule(SAMPLE, "receive_sample", tastings.receive, methods=BOTH)
blueprint.add_url_rule(f"{SAMPLE}/absent", "miss_sample", tastings.miss, methods=BOTH)
blueprint.add_url_rule(f"{SAMPLE}/etiquette", "sample_label", tastings.label)
blueprint.add_url_rule(f"{TASTING}/jury", "enrol_juror", tasting_juries.enrol, methods=BOTH)
blueprint.add_url_rule(f"{JUROR}/liberer", "release_juror", tasting_juries.release, methods=BOTH)
blueprint.add_url_rule(f"{JUROR}/fiche", "type_sheet", tasting_juries.sheet, methods=BOTH)
blueprint.add_url_rule(f"{TASTING}/fiches.pdf", "tasting_sheets", tasting_juries.sheets)
blueprint.add_url_rule(f"{TASTING}/clore", "close_tasting", tastings.close, methods=BOTH)
blueprint.add_url_rule(f"{TASTING}/arreter", "stop_tasting", tastings.stop, methods=BOTH)
blueprint.add_url_rule(f"{TASTING}/notes", "confirm_tasting_marks", tastings.give_marks, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/classement", "ranking", rankings.ranking)
blueprint.add_url_rule(f"{TENDER}/classement/calculer", "compute_ranking", rankings.compute, methods=POST)
blueprint.add_url_rule(f"{TENDER}/classement/departager", "tie", rankings.tie, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/classement/notation.json", "scoring_file", rankings.scoring_file)
blueprint.add_url_rule(f"{TENDER}/classement/tableau.xlsx", "ranking_sheet", rankings.sheet)
blueprint.add_url_rule(f"{TENDER}/classement/rapport.pdf", "evaluation_report", rankings.report)
blueprint.add_url_rule(f"{TENDER}/attribution", "award", awards.award)
blueprint.add_url_rule(f"{TENDER}/attribution/proposer", "propose_award", awards.propose_award, methods=BOTH)
blueprint.add_url_rule(f"{AWARD}/decider", "approve_award", awards.approve_award, methods=BOTH)
blueprint.add_url_rule(f"{AWARD}/annuler", "cancel_award", awards.cancel_award, methods=BOTH)
blueprint.add_url_rule(f"{AWARD}/notifier", "notify_contract", awards.notify_contract, methods=BOTH)
PROOFS = f"{TENDER}/attestations"
blueprint.add_url_rule(PROOFS, "award_proofs", proofs.award_proofs)
blueprint.add_url_rule(f"{PROOFS}/demander", "ask_proofs", proofs.ask, methods=POST)
blueprint.add_url_rule(f"{PROOFS}/impossible", "fail_proofs", proofs.fail, methods=BOTH)
blueprint.add_url_rule(f"{PROOFS}/<int:given_proof_id>", "judge_proof", proofs.judge, methods=BOTH)
blueprint.add_url_rule(f"{PROOFS}/<int:given_proof_id>/document", "proof_document", proofs.document)
blueprint.add_url_rule(f"{PROOFS}/registre/<int:awaited_proof_id>", "read_register", proofs.register, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/demandes/<int:reason_request_id>", "answer_reasons", replies.answer, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/recours", "litigation", orders.litigation, methods=BOTH)
blueprint.add_url_rule(f"{TENDER}/commande", "order", orders.order)
blueprint.add_url_rule(f"{TENDER}/commande/bon-de-commande.pdf", "order_file", orders.order_file)
blueprint.add_url_rule(f"{TENDER}/lettres/<int:letter_id>", "result_letter", result_letters.result_letter)
blueprint.add_url_rule(f"{TENDER}/lettres", "result_letters", result_letters.result_letters)

blueprint.add_url_rule("/consultations/a-detruire", "to_destroy", destructions.to_destroy)
blueprint.add_url_rule("/consultations/detruites", "destroyed", destructions.destroyed)
blueprint.add_url_rule(f"{TENDER}/detruire", "ask_destruction", destructions.ask, methods=BOTH)
blueprint.add_url_rule(
    "/systemes/<int:system_id>/categories/<int:category_id>/candidatures/detruire",
    "ask_applications_destruction",
    destructions.ask_applications,
    methods=BOTH,
)
blueprint.add_url_rule("/consultations/detruites/<int:destruction_id>.pdf", "destruction_certificate", destructions.certificate)
NOTICES = "/consultations/avis-d-attribution"
blueprint.add_url_rule(NOTICES, "award_notices", conclusions.award_notices)
blueprint.add_url_rule(f"{NOTICES}/<int:year>/<int:number>", "award_notices_quarter", conclusions.quarter, methods=BOTH)

SITTING = "/commission/seances/<int:sitting_id>"
blueprint.add_url_rule("/commission", "committee", committees.committee)
blueprint.add_url_rule("/commission/regles", "set_up_committee", committees.set_up, methods=BOTH)
blueprint.add_url_rule("/commission/membres", "name_committee_member", committees.name_member, methods=BOTH)
blueprint.add_url_rule("/commission/membres/<int:member_id>/fin", "end_committee_member", committees.end_member, methods=BOTH)
blueprint.add_url_rule("/commission/seances/convoquer", "convene_sitting", sittings.convene, methods=BOTH)
blueprint.add_url_rule(SITTING, "sitting", sittings.sitting)
blueprint.add_url_rule(f"{SITTING}/tenir", "hold_sitting", sittings.hold, methods=BOTH)
blueprint.add_url_rule(f"{SITTING}/clore", "close_sitting", sittings.close, methods=BOTH)
blueprint.add_url_rule(f"{SITTING}/annuler", "cancel_sitting", sittings.cancel, methods=BOTH)
blueprint.add_url_rule(f"{SITTING}/proces-verbal.pdf", "sitting_minutes", sittings.minutes)

blueprint.add_url_rule("/systemes", "systems", systems.systems)
blueprint.add_url_rule("/systemes/nouveau", "create_system", systems.create, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>", "system", systems.system)
blueprint.add_url_rule("/systemes/<int:system_id>/modifier/<screen>", "edit_system", systems.edit, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/ouvrir", "open_system", systems.open_it, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/categories", "system_categories", categories.categories, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/categories/ajouter", "add_category", categories.add, methods=BOTH)
blueprint.add_url_rule(
    "/systemes/<int:system_id>/categories/<int:category_id>/retirer", "remove_category", categories.remove, methods=["POST"]
)
blueprint.add_url_rule(
    "/systemes/<int:system_id>/categories/<int:category_id>/reserver", "reserve_category", categories.reserve, methods=BOTH
)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers", "system_stages", stages.stages)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/comparer", "compare_stages", stages.compare)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/<int:number>", "stage", stages.stage)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/<int:number>/grille", "stage_grid", grids.stage_grid)
PLAY = "/systemes/<int:system_id>/paliers/<int:number>/essai"
blueprint.add_url_rule(PLAY, "stage_play", plays.play, methods=BOTH)
blueprint.add_url_rule(f"{PLAY}/<int:play_id>/rapport.pdf", "stage_play_report", plays.report)
blueprint.add_url_rule(f"{PLAY}/<int:play_id>/tableau.xlsx", "stage_play_sheet", plays.sheet)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/<int:number>/rectificatif", "corrigendum", corrigenda.publish, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/dates", "stage_dates", stages.dates, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/publier", "publish_stages", stages.publish, methods=BOTH)
blueprint.add_url_rule(
    "/systemes/<int:system_id>/paliers/<int:number>/frein/<category_key>", "brake", brakes.brake, methods=BOTH
)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/<int:number>/bilan", "stage_review", stage_reviews.stage_review, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/ajouter", "start_stage", stage_drafts.start, methods=POST)
blueprint.add_url_rule("/systemes/<int:system_id>/paliers/<int:number>/reviser", "revise_stage", stage_drafts.revise, methods=POST)
WRITTEN = "/systemes/<int:system_id>/paliers/<int:number>/brouillon"
LINE = f"{WRITTEN}/exigences/<requirement>"
blueprint.add_url_rule(WRITTEN, "stage_draft", stage_drafts.stage_draft)
blueprint.add_url_rule(f"{WRITTEN}/nom", "stage_draft_name", stage_drafts.name, methods=BOTH)
blueprint.add_url_rule(f"{WRITTEN}/exempter", "exempt_stage_draft", stage_drafts.exempt, methods=BOTH)
blueprint.add_url_rule(f"{WRITTEN}/effacer", "discard_stage_draft", stage_drafts.discard, methods=BOTH)
blueprint.add_url_rule(f"{WRITTEN}/bibliotheque", "requirement_library", requirements.choose)
blueprint.add_url_rule(f"{WRITTEN}/ajouter", "write_requirement", requirements.write, methods=BOTH)
blueprint.add_url_rule(LINE, "edit_requirement", requirements.edit, methods=BOTH)
blueprint.add_url_rule(f"{LINE}/retirer", "remove_requirement", requirements.remove, methods=POST)
blueprint.add_url_rule(f"{LINE}/corriger", "mend_requirement", requirements.mend, methods=POST)
SAID = "/systemes/<int:system_id>/paliers/<int:number>/remarques"
blueprint.add_url_rule(SAID, "stage_comments", stage_comments.comments)
blueprint.add_url_rule(f"{SAID}/ouvrir", "open_stage_comments", stage_comments.open_them, methods=BOTH)
blueprint.add_url_rule(f"{SAID}/clore", "close_stage_comments", stage_comments.close, methods=BOTH)
blueprint.add_url_rule(f"{SAID}/<int:comment_id>", "answer_stage_comment", stage_comments.answer, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/documents", "system_documents", system_documents.documents, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/documents/<int:document_id>", "system_document", system_documents.download)
blueprint.add_url_rule(
    "/systemes/<int:system_id>/documents/<int:document_id>/retirer", "remove_system_document", system_documents.remove, methods=["POST"]
)
blueprint.add_url_rule("/systemes/<int:system_id>/montants", "system_amounts", ceilings.amounts)
blueprint.add_url_rule("/systemes/<int:system_id>/prolonger", "extend_system", validity.extend, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/fin", "end_system", validity.end, methods=BOTH)
blueprint.add_url_rule("/systemes/<int:system_id>/deux-phrases", "two_passphrases", openers.two_passphrases, methods=BOTH)
blueprint.add_url_rule("/ouvreurs", "openers", openers.openers)
blueprint.add_url_rule("/ouvreurs/phrase", "opener_passphrase", openers.passphrase, methods=BOTH)
blueprint.add_url_rule("/ouvreurs/essai", "rehearse_opening", openers.rehearse, methods=BOTH)

CAMPAIGN = "/systemes/<int:system_id>/campagnes/<int:campaign_id>"
REQUEST = f"{CAMPAIGN}/demandes/<int:request_id>"
blueprint.add_url_rule("/systemes/<int:system_id>/campagnes", "campaigns", campaigns.campaigns)
blueprint.add_url_rule("/systemes/<int:system_id>/campagnes/nouvelle", "open_campaign", campaign_opening.open_it, methods=BOTH)
blueprint.add_url_rule(CAMPAIGN, "campaign", campaigns.campaign)
blueprint.add_url_rule(f"{CAMPAIGN}/clore", "close_campaign", campaigns.close, methods=BOTH)
blueprint.add_url_rule(f"{CAMPAIGN}/ensemble", "decide_together", campaign_decisions.decide_together, methods=BOTH)
blueprint.add_url_rule(REQUEST, "campaign_request", campaigns.campaign_request)
blueprint.add_url_rule(f"{REQUEST}/decider", "decide_campaign_request", campaign_decisions.decide, methods=BOTH)
blueprint.add_url_rule(f"{REQUEST}/documents/<int:document_id>", "campaign_document", campaigns.document)

blueprint.add_url_rule("/journal", "journal", journal.journal)
blueprint.add_url_rule("/journal/<int:seq>", "journal_line", journal.journal_line)
blueprint.add_url_rule("/droits", "rights", rights.rights)
blueprint.add_url_rule("/droits/tableau.csv", "rights_file", rights.rights_file)

NAVIGATION: tuple[Entry, ...] = (
    Entry("À faire", "procurement.home"),
    Entry("Candidatures", "procurement.applications"),
    Entry("Consultations", "procurement.mini_tenders"),
    Entry("Admis", "procurement.admissions"),
    Entry("Systèmes", "procurement.systems"),
    Entry("Journal", "procurement.journal"),
)
