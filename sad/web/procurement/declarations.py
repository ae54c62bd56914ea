"""Declaring one's interests in a consultation: no link with an invited supplier, or which one."""

from flask import Response, flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from sad import clock
from sad.actions import declarations as acts
from sad.actions.evaluations import live_award
from sad.actions.openings import opening_of
from sad.actions.publications import invitees_of
from sad.models.awards import AwardState
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.web.access import allow, current_organisation, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import Form, Required
from sad.web.kept import still_kept
from sad.web.procurement.interests import ACTING
from sad.web.returning import asked_page

FREE, CONCERNED = "no", "yes"
LINK = "Avec quelle entreprise, et quel lien"


class InterestsForm(Form):
    """What a person declares; opening the offers asks for it too."""

    has_conflict = RadioField(
        "Votre déclaration",
        [Required("Choisissez l’une des deux réponses.")],
        choices=[
            (FREE, "Je n’ai de lien avec aucune de ces entreprises."),
            (CONCERNED, "J’ai un lien avec l’une d’elles : je laisse la place à un collègue."),
        ],
    )
    link = TextAreaField(
        LINK,
        [Length(max=1000, message="1 000 caractères au plus.")],
        description="À remplir si vous en avez un, en une phrase. Elle est gardée au dossier ; "
        "vos collègues apprennent seulement que vous laissez la place.",
        render_kw={"rows": 2},
    )

    @property
    def is_concerned(self) -> bool:
        return bool(self.has_conflict.data == CONCERNED)


@allow(*ACTING)
def declare_interests(mini_tender_id: int) -> Response:
    """Before any name of who answered: has this person a link with an invited supplier? Then on to the page that was asked."""
    mini_tender, person, form = published_mini_tender(mini_tender_id), current_person(), InterestsForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.declare_interests(
                mini_tender, has_conflict=form.is_concerned, link=form.link.data or "", by=person, at=clock.now()
            )
        if done and form.is_concerned:
            flash("Votre déclaration est enregistrée. Vos collègues sont prévenus.", "success")
            return redirect(url_for("procurement.declare_interests", mini_tender_id=mini_tender.id))
        if done:
            flash("Votre déclaration est enregistrée.", "success")
            return redirect(asked_page() or _what_waited(mini_tender))
    return form_page(
        "procurement/interests.html",
        form,
        mini_tender=mini_tender,
        declared=acts.declaration_of(mini_tender, person),
        invitees=invitees_of(mini_tender),
        action=request.full_path.rstrip("?"),
    )


def published_mini_tender(mini_tender_id: int) -> MiniTender:
    """A mini-tender of the organisation that was sent; 404 otherwise."""
    around = (MiniTender.service, MiniTender.category, MiniTender.organisation)
    sent = select(MiniTender).where(
        MiniTender.id == mini_tender_id, MiniTender.organisation_id == current_organisation().id, MiniTender.published_at.is_not(None)
    )
    return still_kept(own_or_404(sent.options(*map(joinedload, around))))


def _what_waited(mini_tender: MiniTender) -> str:
    """Where a person goes on once its interests are declared: the award to decide if one waits for it, else the examination."""
    opening, award = opening_of(mini_tender), live_award(mini_tender)
    if opening is None or opening.opened_at is None:
        return url_for("procurement.mini_tender", mini_tender_id=mini_tender.id)
    if award is not None and award.state == AwardState.PROPOSED and current_person().has_role(Role.AWARD_AUTHORITY):
        return url_for("procurement.approve_award", mini_tender_id=mini_tender.id, award_id=award.id)
    return url_for("procurement.evaluation", mini_tender_id=mini_tender.id)
