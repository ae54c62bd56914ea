"""The register of backup copies of a consultation: noting one, striking one out, asking that one be opened (REC-06)."""

from flask import Response, abort, flash, redirect, url_for
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from sad import clock
from sad.actions import backup_copies as acts
from sad.actions.approvals import waiting_approval
from sad.actions.backup_copy_openings import may_be_opened
from sad.actions.evaluations import UNDER_EVALUATION
from sad.actions.publications import invitees_of
from sad.actions.shared_acts import ask_copy_opening
from sad.actions.shared_backup_copies import known_of_offer
from sad.domain.backup_copies import COPY_GROUNDS, MEDIA, Arrival, Medium
from sad.models.approvals import ApprovalKind
from sad.models.backup_copies import BackupCopy
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.people import Role
from sad.web.access import allow, current_person
from sad.web.acts import attempt, form_page
from sad.web.drafts import LONG
from sad.web.fields import Form, ParisDateTimeField, Required
from sad.web.procurement.declarations import published_mini_tender
from sad.web.procurement.interests import require_declaration
from sad.web.procurement.opened import opened_mini_tender
from sad.web.running import site_address

SHORT = Length(max=200, message="200 caractères au plus.")


class CopyForm(Form):
    supplier = SelectField("Fournisseur", [Required("Choisissez le fournisseur.")])
    received_at = ParisDateTimeField(
        "Reçue le", [Required("Donnez le jour et l’heure.")], description="Le jour et l’heure notés à l’arrivée, pas ceux de maintenant."
    )
    medium = RadioField("Support", [Required("Choisissez le support.")], choices=[(str(each), words) for each, words in MEDIA.items()])
    brought_by = StringField(
        "Comment elle est arrivée",
        [Required("Écrivez comment elle est arrivée."), SHORT],
        description="La Poste et son numéro de suivi, un coursier, ou la personne qui l’a remise.",
    )
    kept_where = StringField(
        "Où elle est gardée", [Required("Écrivez où elle est gardée."), SHORT], description="L’armoire ou le coffre, et son bureau."
    )


class CopyOpeningForm(Form):
    ground = RadioField(
        "Le motif", [Required("Choisissez le motif.")], choices=[(str(each), words) for each, words in COPY_GROUNDS.items()]
    )
    reason = TextAreaField(
        "Ce qui l’établit",
        [Required("Écrivez ce qui l’établit."), LONG],
        description="Ce qui a été constaté, par qui, à quelle heure, et la preuve gardée. Le fournisseur le lira.",
    )


class StrikingForm(Form):
    reason = TextAreaField("Quelle était l’erreur", [Required("Écrivez l’erreur."), LONG], description="Le fournisseur le lira.")


@allow(Role.BUYER)
def backup_copies(mini_tender_id: int) -> Response:
    """The copies that this person may know of, and noting one more."""
    mini_tender, person, form = known_mini_tender(mini_tender_id), current_person(), CopyForm()
    invitees = {str(each.id): each for each in invitees_of(mini_tender)}
    form.supplier.choices = [("", "Choisir"), *((number, each.name) for number, each in invitees.items())]
    if form.validate_on_submit():
        with attempt(form) as done:
            came = Arrival(Medium(form.medium.data), form.received_at.data, form.brought_by.data or "", form.kept_where.data or "")
            copy = acts.register_backup_copy(mini_tender, invitees[form.supplier.data], came, by=person, at=clock.now())
        if done:
            flash("Hors délai : elle est enregistrée et ne s’ouvrira pas." if copy.late else "La copie est enregistrée.", "success")
            return redirect(url_for("procurement.backup_copies", mini_tender_id=mini_tender_id))
    return form_page(
        "procurement/backup_copies.html",
        form,
        mini_tender=mini_tender,
        copies=acts.copies_seen_by(person, mini_tender),
        is_known=acts.is_opening_done(mini_tender),
        is_ended=mini_tender.state == MiniTenderState.DISCONTINUED,
        may_propose=mini_tender.state in UNDER_EVALUATION,
        media=MEDIA,
        grounds=COPY_GROUNDS,
    )


@allow(Role.BUYER)
def backup_copy(mini_tender_id: int, backup_copy_id: int) -> Response:
    """One copy once the offers are opened: when it came, what became of the electronic offer; asking that it be opened."""
    mini_tender, form, at = opened_mini_tender(mini_tender_id), CopyOpeningForm(), clock.now()
    copy = own_copy(mini_tender, backup_copy_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            ask_copy_opening(copy, form.ground.data, form.reason.data or "", home=site_address(), by=current_person(), at=at)
        if done:
            flash("La demande est faite. La copie reste fermée tant qu’une autre personne n’a pas approuvé.", "success")
            return redirect(url_for("procurement.backup_copies", mini_tender_id=mini_tender.id))
    return form_page(
        "procurement/backup_copy.html",
        form,
        mini_tender=mini_tender,
        copy=copy,
        facts=known_of_offer(copy),
        waiting=waiting_approval(ApprovalKind.COPY, f"{BackupCopy.__tablename__}:{copy.id}", at),
        is_possible=may_be_opened(copy) and mini_tender.state in UNDER_EVALUATION,
        media=MEDIA,
        grounds=COPY_GROUNDS,
    )


@allow(Role.BUYER)
def strike_out(mini_tender_id: int, backup_copy_id: int) -> Response:
    """A copy registered by mistake: why."""
    mini_tender, form = known_mini_tender(mini_tender_id), StrikingForm()
    copy = own_copy(mini_tender, backup_copy_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.strike_out_backup_copy(copy, form.reason.data or "", by=current_person(), at=clock.now())
        if done:
            flash("L’enregistrement est rayé. Le fournisseur en est prévenu.", "success")
            return redirect(url_for("procurement.backup_copies", mini_tender_id=mini_tender_id))
    return form_page("procurement/strike_out_backup_copy.html", form, mini_tender=mini_tender, copy=copy, media=MEDIA)


def known_mini_tender(mini_tender_id: int) -> MiniTender:
    """A consultation that was sent; once it is opened, its copies tell who answered, hence the declaration comes first (ANA-05)."""
    mini_tender = published_mini_tender(mini_tender_id)
    if acts.is_opening_done(mini_tender):
        require_declaration(mini_tender)
    return mini_tender


def own_copy(mini_tender: MiniTender, backup_copy_id: int) -> BackupCopy:
    """One of the copies that this person may know of; 404 otherwise, whether it is there or not."""
    seen = (copy for copy in acts.copies_seen_by(current_person(), mini_tender) if copy.id == backup_copy_id)
    return next(seen, None) or abort(404)
