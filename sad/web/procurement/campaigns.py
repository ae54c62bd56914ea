"""Re-confirmation campaigns of a system: the list, where one stands, one request, closing."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from sad import clock
from sad.actions import campaigns as acts
from sad.actions.campaign_files import request_points, suppliers_of
from sad.db import session
from sad.domain.admission.grounds import ground_label
from sad.domain.campaigns import is_over
from sad.domain.sentences import listed, uncapitalised
from sad.models.admissions import Admission
from sad.models.campaigns import Campaign, CampaignDocument, CampaignReason, CampaignRequest
from sad.models.documents import Document
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.suppliers import Supplier, SupplierMember
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.paging import page_of
from sad.web.procurement.campaign_forms import CloseCampaignForm
from sad.web.procurement.own import own_system
from sad.web.procurement.own_campaigns import own_campaign, own_request, own_requests
from sad.web.uploads import send_document

SHOWN = 8
ANSWERED, UNDECIDED = CampaignRequest.answered_at.is_not(None), CampaignRequest.decided_at.is_(None)
FILTERS: dict[str, tuple[str, ColumnElement[bool] | None]] = {
    "tous": ("Tous", None),
    "reponses": ("Ont répondu", ANSWERED),
    "silence": ("N’ont pas répondu", ~ANSWERED),
    "a-decider": ("À décider", UNDECIDED),
    "gardes": ("Gardés", CampaignRequest.decision == "kept"),
    "suspendus": ("Suspendus", CampaignRequest.decision == "suspended"),
}
REASONS = {CampaignReason.STAGE: "Nouveau niveau de capacité", CampaignReason.YEARLY: "Vérification annuelle"}


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that are alike, which may be decided together."""

    title: str
    cases: list[acts.Case]

    @property
    def key(self) -> str:
        return self.cases[0].proposal.case

    @property
    def outcome(self) -> str:
        return self.cases[0].proposal.outcome


@allow(Role.BUYER, Role.AUDITOR)
def campaigns(system_id: int) -> str:
    """Those of a system, the last first."""
    found = own_system(system_id)
    page = page_of(
        select(Campaign).where(Campaign.system_id == found.id).options(joinedload(Campaign.stage)),
        Campaign.asked_at,
        Campaign.id,
        descending=True,
    )
    return render_template(
        "procurement/campaigns.html",
        system=found,
        page=page,
        reasons=REASONS,
        may_open=current_person().has_role(Role.BUYER) and all(each.closed_at for each in page.rows),
    )


@allow(Role.BUYER, Role.AUDITOR)
def campaign(system_id: int, campaign_id: int) -> str:
    """Who answered, who is silent, what is proposed and why."""
    found, at = own_campaign(system_id, campaign_id), clock.now()
    shown = request.args.get("voir", "tous")
    words, condition = FILTERS.get(shown, FILTERS["tous"])
    listed_ones = own_requests(found) if condition is None else own_requests(found).where(condition)
    return render_template(
        "procurement/campaign.html",
        campaign=found,
        reasons=REASONS,
        counts=_counts(found),
        filters=[(key, label, key == shown) for key, (label, _) in FILTERS.items()],
        words=words,
        page=page_of(listed_ones, CampaignRequest.id),
        groups=groups_of(acts.cases_of(found, at)) if found.closed_at is None else [],
        is_over=is_over(found.due_on, at),
        bounced=session.scalars(_bounced(found)).all(),
        abandoned=session.scalars(_abandoned(found)).all(),
        is_buyer=current_person().has_role(Role.BUYER),
    )


@allow(Role.BUYER, Role.AUDITOR)
def campaign_request(system_id: int, campaign_id: int, request_id: int) -> str:
    """One admission: what is held, what was answered, what is proposed, what was decided."""
    found, at = own_campaign(system_id, campaign_id), clock.now()
    asked, stage = own_request(found, request_id), found.stage.as_value()
    return render_template(
        "procurement/campaign_request.html",
        campaign=found,
        asked=asked,
        points=request_points(asked),
        proposal=acts.proposal_for(asked, at) if asked.decided_at is None and found.closed_at is None else None,
        label=lambda key: ground_label(key, stage),
        is_over=is_over(found.due_on, at),
        is_buyer=current_person().has_role(Role.BUYER),
    )


@allow(Role.BUYER, Role.AUDITOR)
def document(system_id: int, campaign_id: int, request_id: int, document_id: int) -> Response:
    """A document of a request, as a download."""
    asked = own_request(own_campaign(system_id, campaign_id), request_id)
    joined = select(Document).join(CampaignDocument, CampaignDocument.document_id == Document.id)
    return send_document(own_or_404(joined.where(CampaignDocument.request_id == asked.id, Document.id == document_id)))


@allow(Role.BUYER)
def close(system_id: int, campaign_id: int) -> Response:
    """End it, with the reason when some cases are not decided."""
    found, form = own_campaign(system_id, campaign_id), CloseCampaignForm()
    undecided = acts.waiting_requests(found)
    if form.validate_on_submit():
        with attempt(form) as done:
            acts.close_campaign(found, reason=form.reason.data or "", by=current_person(), at=clock.now())
        if done:
            flash("La campagne est close.", "success")
            return redirect(url_for("procurement.campaign", system_id=system_id, campaign_id=found.id))
    told = [supplier.name for supplier in suppliers_of(undecided)]
    return form_page("procurement/campaign_close.html", form, campaign=found, undecided=undecided, told=told)


def groups_of(cases: Iterable[acts.Case]) -> list[Group]:
    """The cases that are alike, those to keep first."""
    found: dict[str, list[acts.Case]] = {}
    for case in cases:
        found.setdefault(case.proposal.case, []).append(case)
    order = {"kept": 0, "suspended": 1, "wait": 2}
    groups = [Group(_title(alike[0]), alike) for alike in found.values()]
    return sorted(groups, key=lambda group: (order[group.outcome], group.key))


def _title(case: acts.Case) -> str:
    if not case.proposal.is_answered:
        return "N’ont pas répondu"
    if not case.proposal.reasons:
        return "Ont confirmé, rien ne manque"
    stage = case.request.campaign.stage.as_value()
    lacking = [uncapitalised(ground_label(each.requirement, stage)) for each in case.proposal.reasons]
    return f"Ont répondu, mais tout n’y est pas : {listed(lacking)}"


def _counts(campaign: Campaign) -> dict[str, int]:
    """How many of its requests each filter shows, in one statement."""
    every = [func.count() if condition is None else func.count().filter(condition) for _, condition in FILTERS.values()]
    found = session.execute(select(*every).where(CampaignRequest.campaign_id == campaign.id)).one()
    return dict(zip(FILTERS, found, strict=True))


def _bounced(campaign: Campaign):  # type: ignore[no-untyped-def]
    """Letters of the campaign that did not leave: somebody may have to be called before the last day."""
    return (
        select(Letter)
        .where(Letter.dedupe_key.startswith(f"campaign:{campaign.id}:"), Letter.sent_at.is_(None), Letter.last_error.is_not(None))
        .options(joinedload(Letter.supplier))
        .order_by(Letter.id.desc())
        .limit(SHOWN)
    )


def _abandoned(campaign: Campaign):  # type: ignore[no-untyped-def]
    """The suppliers asked for which nobody acts any more: no letter reaches them."""
    present = (
        select(SupplierMember.id)
        .join(Person, Person.id == SupplierMember.person_id)
        .where(SupplierMember.supplier_id == Supplier.acting_id, SupplierMember.left_at.is_(None), Person.is_active)
        .correlate(Supplier)
    )
    asked = (
        select(Admission.supplier_id)
        .join(CampaignRequest, CampaignRequest.admission_id == Admission.id)
        .where(CampaignRequest.campaign_id == campaign.id, UNDECIDED)
    )
    return select(Supplier).where(Supplier.id.in_(asked), ~present.exists()).order_by(Supplier.name, Supplier.id).limit(SHOWN)
