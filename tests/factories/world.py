"""Two organisations with the same kinds of objects in every phase, each with a supplier and its rival, made through the actions."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from sad.actions.awards import approve_award, notify_contract, propose_award
from sad.actions.campaigns import open_campaign
from sad.actions.classifications import classify_offer
from sad.actions.completions import request_completion
from sad.actions.deadline_agreements import ask_agreement
from sad.actions.declarations import declare_interests
from sad.actions.evaluators import name_evaluators
from sad.actions.hearings import ask_hearing
from sad.actions.litigation import place_hold
from sad.actions.marks import give_mark, judged_criteria
from sad.actions.members import invite_member
from sad.actions.mini_tenders import submit_for_check
from sad.actions.offer_drafts import save_offer_draft
from sad.actions.openings import ask_opening, confirm_opening
from sad.actions.orders import order_of
from sad.actions.people import Grant
from sad.actions.publications import discontinue_mini_tender, publish_mini_tender
from sad.actions.questions import answer_question, ask_question
from sad.actions.rankings import compute_ranking
from sad.actions.replacements import ask_replacement
from sad.actions.shared_acts import ask_discontinuation, grant_or_ask
from sad.actions.stage_comments import comment_stage, open_comments
from sad.actions.staged_uploads import begin_upload
from sad.actions.stages import stages_of
from sad.actions.system_documents import publish_document
from sad.actions.tasting_juries import enrol_juror
from sad.actions.tasting_results import stop_tasting
from sad.actions.tastings import prepare_tasting
from sad.actions.trials import submit_trial, trial_terms
from sad.actions.vault import attach_certificate
from sad.db import session
from sad.domain.admission.decision import Reason
from sad.domain.calendar import PARIS
from sad.domain.orders import Slot
from sad.domain.phases import phase
from sad.models.applications import Application, ApplicationDocument, ApplicationState
from sad.models.awards import Award
from sad.models.destructions import Destruction
from sad.models.documents import Document
from sad.models.evaluations import Ranking
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Offer
from sad.models.organisations import Organisation, Service
from sad.models.people import Person, Role
from sad.models.proofs import GivenProof
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem
from sad.models.tastings import Tasting
from sad.storage import path_of
from tests.factories.admissions import make_admission, make_application
from tests.factories.backup_copies import make_copy
from tests.factories.committees import make_sittings
from tests.factories.consortiums import apply_with, make_signed, make_trio
from tests.factories.documents import make_certificate, stored_file
from tests.factories.drafts import make_draft
from tests.factories.examinations import make_asked
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, SERVED, make_mini_tender
from tests.factories.offers import PDF, make_deposit, offered
from tests.factories.orders import make_delivery, make_order
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.plays import make_play
from tests.factories.proofs import asked_for, give, prove
from tests.factories.regularisations import make_requested
from tests.factories.replies import ask
from tests.factories.stage_drafts import make_stage_draft
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system
from tests.factories.tastings import CODES, SALT, make_announced

NOW = datetime(2026, 12, 9, 9, 0, tzinfo=UTC)
APPLIED, SENT_LAST = NOW - timedelta(days=2), NOW - timedelta(days=1)
COMING = {"wanted_closes_at": datetime(2026, 12, 21, 12, 0, tzinfo=PARIS), "happens_at": datetime(2027, 1, 8, 8, 0, tzinfo=PARIS)}
SERVED_TODAY = datetime(2026, 12, 9, 9, 30, tzinfo=PARIS)
ASKED, EXAMINED = NOW - timedelta(hours=3), NOW - timedelta(hours=2)
HURRIED = datetime(2026, 12, 14, 12, 0, tzinfo=PARIS)
PROVED = "liability_insurance"
DUE = date(2026, 12, 30)
# What nobody reads before the opening, and what nobody but who writes it reads at all.
SEALED_NOTE, DRAFT_NOTE = "Note scellée de {}", "Brouillon gardé de {}"


@dataclass
class Half:
    """One organisation and all that is its own; `mini_tenders` go by phase, `applications` by state."""

    organisation: Organisation
    service: Service
    other_service: Service
    system: PurchasingSystem
    draft_system: PurchasingSystem
    supplier: Supplier
    rival: Supplier
    people: dict[Role, Person]
    second: Person
    categories: list[Category]
    mini_tenders: dict[str, MiniTender] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)

    @property
    def buyer(self) -> Person:
        return self.people[Role.BUYER]


def make_half(data_dir: Path) -> Half:
    """An organisation that has lived a year."""
    organisation = make_organisation(direct_publication_limit=Decimal(0))
    service = make_service(organisation)
    people = {role: make_person(organisation, role, service=service) for role in Role}
    systems = [make_system(organisation) for _ in range(3)]
    half = Half(
        organisation=organisation,
        service=service,
        other_service=make_service(organisation),
        system=systems[0],
        draft_system=make_draft(organisation, people[Role.BUYER]),
        supplier=make_supplier(families=["pain_viennoiserie", "traiteur_cocktail"], is_shown_publicly=True),
        rival=make_supplier(families=["pain_viennoiserie"], is_shown_publicly=True),
        people=people,
        second=make_person(organisation, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY),
        categories=[category for system in systems for category in system.categories],
    )
    for supplier in (half.supplier, half.rival):
        make_admission(supplier, half.categories[0], half.buyer)
    _launch_all(half)
    _order_all(half)
    for name in ("awarded", "notified"):
        ask(_award(half.mini_tenders[name]), at=NOW)
    _apply_all(half)
    _group_all(half)
    make_sittings(_ranking(half.mini_tenders["ranked"]), by=half.buyer)
    _keep_papers(half, data_dir)
    open_campaign(half.system, due_on=DUE, home=HOME, by=half.buyer, at=SENT_LAST)
    _ask_services(half)
    for supplier in (half.supplier, half.rival):
        invite_member(supplier, f"cousin-{supplier.id}@producteur.example", link=HOME.__add__, by=member_of(supplier), at=NOW)
    _destroy(half)
    ask_discontinuation(half.mini_tenders["closed"], "Le besoin a changé.", home=HOME, by=half.buyer, at=NOW)
    grant_or_ask(people[Role.EVALUATOR], Grant(Role.OPENER), home=HOME, by=people[Role.ADMINISTRATOR], at=NOW)
    make_play(stages_of(half.system)[1], by=half.buyer, at=NOW)
    abandoned = make_supplier()
    abandoned.members[0].left_at = NOW
    make_admission(abandoned, half.categories[0], half.buyer)
    return half


def _launch_all(half: Half) -> None:
    """A mini-tender in each phase, and one of another service."""
    drafts = {name: _draft(half, half.service, title=f"Besoin {name}", **COMING) for name in ("draft", "to_check")}
    submit_for_check(drafts["to_check"], by=half.people[Role.REQUESTER], at=SENT_LAST)
    _hurry(half, drafts)
    sent = {name: _sent(half, f"Besoin {name}") for name in ("closed", "asked", "opened", "ranked", "proposed", "awarded", "notified")}
    sent["open"] = _sent(half, "Besoin open", at=SENT_LAST, **COMING)
    sent["discontinued"] = _sent(half, "Besoin discontinued")
    sent |= {name: _sent(half, f"Besoin {name}", is_tasted=True) for name in ("tasted", "revealed", "tasted_too")}
    discontinue_mini_tender(sent["discontinued"], "Le besoin a disparu.", by=half.buyer, at=SENT + timedelta(days=1))
    half.mini_tenders = {**drafts, **sent}
    half.mini_tenders["of_another_service"] = _draft(half, half.other_service, title="Besoin d’un autre service", **COMING)
    _answer(half, sent["open"])
    steps_of = {"asked": 1, "opened": 2, "ranked": 3, "proposed": 4, "awarded": 5, "notified": 6}
    steps_of |= dict.fromkeys(("tasted", "revealed", "tasted_too"), 2)
    for name, steps in steps_of.items():
        for step in (_ask, _open, _rank, _propose, _approve, _notify)[:steps]:
            step(half, sent[name])
    for offer in session.scalars(select(Offer).where(Offer.mini_tender_id == sent["opened"].id).order_by(Offer.id)):
        make_asked(offer, by=half.buyer, due_on=DUE)
        make_requested(offer, by=half.buyer, due_on=DUE)
    name_evaluators(sent["opened"], [half.buyer, half.people[Role.EVALUATOR]], by=half.buyer, at=EXAMINED)
    tastings = [_taste(half, sent[name], half.buyer) for name in ("tasted", "revealed")]
    _taste(half, sent["tasted_too"], half.people[Role.EVALUATOR])
    stop_tasting(tastings[1], "panne de froid", by=half.buyer, at=EXAMINED)
    make_deposit(sent["opened"], half.supplier, at=EXAMINED)
    make_copy(sent["opened"], half.supplier, by=half.buyer, written_at=EXAMINED)
    assert {phase(each, NOW) for each in half.mini_tenders.values()} >= {"open", "closed", "opened", "ranked", "awarded", "notified"}


def _destroy(half: Half) -> None:
    """What is left of a consultation of long ago: it is in no phase any more."""
    past = _sent(half, "Besoin détruit")
    discontinue_mini_tender(past, "Le besoin a disparu.", by=half.buyer, at=SENT + timedelta(days=1))
    authority = half.people[Role.AWARD_AUTHORITY].id
    act = {"visa": "AD26-1", "asked_by": half.buyer.id, "approved_by": authority, "destroyed_at": NOW}
    left = {"remains": [["Consultation", past.title]], "counts": {"offers": 2}, "paper_keys": []}
    session.add(Destruction(organisation_id=half.organisation.id, mini_tender=past, **act, **left))


def _hurry(half: Half, drafts: dict[str, MiniTender]) -> None:
    """Two that wish a date for which the suppliers are asked: one still written, one in the hands of the buyers."""
    drafts["hurried"] = _draft(half, half.service, title="Besoin hurried", **COMING)
    hurried = ((drafts["hurried"], half.people[Role.REQUESTER]), (drafts["to_check"], half.buyer))
    for draft, person in hurried:
        draft.wanted_closes_at = HURRIED
        session.flush()
        ask_agreement(draft, HURRIED - timedelta(days=2), home=HOME, by=person, at=SENT_LAST)


def _order_all(half: Half) -> None:
    """A contract ordered from each supplier; the delivery of one is accepted, a court action stopped another contract."""
    for name, holder, served in (("ordered", half.rival, SERVED), ("delivered", half.supplier, SERVED_TODAY)):
        mini_tender = half.mini_tenders[name] = _sent(half, f"Besoin {name}", happens_at=served)
        _ask(half, mini_tender)
        _open(half, mini_tender)
        _rank(half, mini_tender, holder)
        for step in (_propose, _approve, _notify):
            step(half, mini_tender)
        make_order(mini_tender, at=EXAMINED, slot=Slot(served - timedelta(minutes=30), served))
    make_delivery(order_of(half.mini_tenders["delivered"]), at=NOW)
    place_hold(half.mini_tenders["awarded"], "Référé précontractuel.", by=half.buyer, at=EXAMINED)


def _draft(half: Half, service: Service, **values) -> MiniTender:
    return make_mini_tender(service, system=half.system, by=half.people[Role.REQUESTER], **values)


def _sent(half: Half, title: str, *, at: datetime = SENT, is_tasted: bool = False, **values) -> MiniTender:
    """Published to all, with a deposit of each supplier where it is closed by now."""
    draft = _draft(half, half.service, title=title, **{"wanted_closes_at": CLOSES, "happens_at": SERVED, **values})
    if is_tasted:
        make_announced(draft, happens_at=ASKED)
    mini_tender = publish_mini_tender(draft, seal_key=SEAL_KEY, justifications={}, home=HOME, by=half.buyer, at=at)
    if mini_tender.closes_at and mini_tender.closes_at < NOW:
        make_deposit(mini_tender, half.supplier, files=(PDF,))
        make_deposit(mini_tender, half.rival, prices=("3.00", "4.20"), files=(PDF,))
    for person in (*half.people.values(), half.second):
        declare_interests(mini_tender, has_conflict=False, by=person, at=at)
    return mini_tender


def _answer(half: Half, mini_tender: MiniTender) -> None:
    """One deposits, the other asks and keeps a draft; each question is known to all, who asked it to nobody."""
    at = NOW - timedelta(hours=1)
    make_deposit(mini_tender, half.supplier, at=at, note=SEALED_NOTE.format(half.supplier.name))
    for supplier in (half.supplier, half.rival):
        person = member_of(supplier)
        first = ask_question(mini_tender, supplier, "Peut-on livrer la veille ?", by=person, at=at)
        answer_question(first, "Non, le matin même.", by=half.buyer, at=at)
        ask_question(mini_tender, supplier, "Faut-il des tasses ?", by=person, at=at)
        draft = offered(mini_tender, supplier, note=DRAFT_NOTE.format(supplier.name))
        save_offer_draft(mini_tender, supplier, draft, (), stamp="", seal_key=SEAL_KEY, by=person, at=at)
        begin_upload(mini_tender, supplier, "menu.pdf", 1000, seal_key=SEAL_KEY, by=person, at=at)
        tried = trial_terms(supplier, at=at).read({"prices": {"essai": "1"}, "vat": {"essai": "5.5"}})
        instants = {"started_at": at, "received_at": at, "at": at}
        submit_trial(supplier, tried, (), idempotency_key=f"{mini_tender.id}", seal_key=SEAL_KEY, by=person, **instants)


def _ask(half: Half, mini_tender: MiniTender) -> None:
    ask_opening(mini_tender, by=half.people[Role.OPENER], at=ASKED)


def _open(half: Half, mini_tender: MiniTender) -> None:
    confirm_opening(mini_tender, seal_key=SEAL_KEY, by=half.second, at=ASKED)


def _taste(half: Half, mini_tender: MiniTender, by: Person) -> Tasting:
    """Its codes are drawn by this person, and somebody is in the jury."""
    for offer in session.scalars(select(Offer).where(Offer.mini_tender_id == mini_tender.id)):
        classify_offer(offer, "regular", "Complète et conforme.", by=half.buyer, at=EXAMINED)
    tasting = prepare_tasting(mini_tender, CODES[:2], salt=SALT, by=by, at=EXAMINED)
    said = {"title": "Cuisinière", "person": None, "has_conflict": False}
    enrol_juror(tasting, name="Jeanne Peyrard", **said, by=half.buyer, at=EXAMINED)
    return tasting


def _rank(half: Half, mini_tender: MiniTender, only: Supplier | None = None) -> None:
    for offer in session.scalars(select(Offer).where(Offer.mini_tender_id == mini_tender.id).order_by(Offer.id)):
        if only and offer.supplier_id != only.id:
            classify_offer(offer, "irregular", "Une ligne manque.", by=half.buyer, at=EXAMINED)
            continue
        classify_offer(offer, "regular", "Complète et conforme.", by=half.buyer, at=EXAMINED)
        for criterion in judged_criteria(mini_tender):
            give_mark(offer, criterion.key, "8", "Variété, pain au levain.", by=half.people[Role.EVALUATOR], at=EXAMINED)
    compute_ranking(mini_tender, by=half.buyer, at=EXAMINED)


def _propose(half: Half, mini_tender: MiniTender) -> None:
    propose_award(_ranking(mini_tender).places[0], "La première du classement.", by=half.buyer, at=EXAMINED)


def _ranking(mini_tender: MiniTender) -> Ranking:
    return session.scalars(select(Ranking).where(Ranking.mini_tender_id == mini_tender.id)).one()


def _approve(half: Half, mini_tender: MiniTender) -> None:
    first = asked_for(approve_award(_award(mini_tender), by=half.second, at=EXAMINED)).awaited[0]
    if not first.given:
        give(first, at=EXAMINED)


def _notify(half: Half, mini_tender: MiniTender) -> None:
    notify_contract(prove(_award(mini_tender), at=EXAMINED), by=half.buyer, at=EXAMINED)


def _award(mini_tender: MiniTender) -> Award:
    return session.scalars(select(Award).where(Award.mini_tender_id == mini_tender.id)).one()


def _group_all(half: Half) -> None:
    """Each leads a consortium: one has applied and must replace a member, the other is still forming."""
    applied, _ = (make_signed(half.categories[1], [lead, *make_trio()[1:]], at=APPLIED) for lead in (half.supplier, half.rival))
    apply_with(applied, at=APPLIED)
    ask_replacement(applied.parties[2], ground="L2141-2", facts="Cotisations dues.", by=half.buyer, at=NOW)


def _apply_all(half: Half) -> None:
    """An application in each state; the rival has a draft and one that waits."""
    _, *others = half.categories
    states = (ApplicationState.SUBMITTED, ApplicationState.SUBMITTED, ApplicationState.SUBMITTED, ApplicationState.DRAFT)
    of_supplier = (_application(half.supplier, category, state) for category, state in zip(others, states, strict=False))
    submitted, to_complete, heard, draft = of_supplier
    request_completion(to_complete, [Reason(PROVED, "L’attestation manque.")], by=half.buyer, at=NOW)
    ask_hearing(heard, ground="L2141-7", facts="Un contrat résilié en 2025.", by=half.buyer, at=NOW)
    decided = {"decided_at": NOW, "decided_by": half.buyer.id, "decision_reasons": [{"requirement": PROVED, "sentence": "Manque."}]}
    refused = _application(half.supplier, others[4], ApplicationState.REFUSED, **decided)
    withdrawn = _application(half.supplier, others[4], ApplicationState.WITHDRAWN)
    made = {"submitted": submitted, "completion": to_complete, "hearing": heard, "draft": draft, "refused": refused, "withdrawn": withdrawn}
    made["of_the_rival"] = _application(half.rival, others[0], ApplicationState.SUBMITTED)
    made["draft_of_the_rival"] = _application(half.rival, others[1], ApplicationState.DRAFT)
    half.applications = made


def _application(supplier: Supplier, category: Category, state: ApplicationState, **values) -> Application:
    when = {"started_at": APPLIED} | ({"submitted_at": APPLIED} if state != ApplicationState.DRAFT else {})
    return make_application(supplier, category, state, **when, **values)


def _ask_services(half: Half) -> None:
    """A draft stage on which the services are asked, with what one of them says."""
    draft = next((row for row in stages_of(half.system) if row.published_at is None), None) or make_stage_draft(half.system)
    open_comments(draft, draft.effective_on - timedelta(days=1), home=HOME, by=half.buyer, at=NOW)
    comment_stage(draft, "Nos cocktails ne suivront pas.", service=half.service, by=half.people[Role.REQUESTER], at=NOW)


def _keep_papers(half: Half, data_dir: Path) -> None:
    """Proofs in each vault, joined to what can still be changed and to what was sent, with their files on disk."""
    for supplier, names in ((half.supplier, ("draft", "completion")), (half.rival, ("draft_of_the_rival",))):
        proof, other = make_certificate(supplier, PROVED), make_certificate(supplier, "other")
        for name in names:
            attach_certificate(half.applications[name], proof, PROVED, by=member_of(supplier), at=NOW)
        _write(data_dir, proof.document, other.document)
    for name in ("submitted", "of_the_rival"):
        sent = half.applications[name]
        proof = make_certificate(sent.supplier, PROVED)
        sent.documents.append(ApplicationDocument(document=proof.document, requirement=PROVED, added_at=APPLIED))
        _write(data_dir, proof.document)
    for system in (half.system, half.draft_system):
        published = publish_document(system, "Règlement", stored_file("reglement.pdf"), by=half.buyer, at=NOW)
        _write(data_dir, published.document)
    for given in session.scalars(select(GivenProof).where(GivenProof.organisation_id == half.organisation.id)):
        _write(data_dir, *([given.document] if given.document else []))


def _write(data_dir: Path, *documents: Document | None) -> None:
    for document in documents:
        assert document is not None
        path = path_of(data_dir, document.storage_key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF.body)
