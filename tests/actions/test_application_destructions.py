"""Destroying applications: once the last contract and the system are old enough, by two, with the visa; a supplier that left goes too."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from sad import clock
from sad.actions.application_destructions import application_papers, destroy_applications
from sad.actions.application_retention import old_categories
from sad.actions.approvals import fingerprint_of
from sad.actions.journal import record
from sad.actions.journal_checks import verify_journal
from sad.actions.letters import post_to_supplier
from sad.actions.litigation import place_hold
from sad.actions.members import leave_supplier
from sad.actions.publications import discontinue_mini_tender
from sad.actions.shared_acts import approve, ask_destruction, shown_to
from sad.actions.vault import attach_document, withdraw_certificate
from sad.db import session, transaction
from sad.doctor.findings import Site
from sad.domain.errors import Refused
from sad.jobs.destructions import take_papers_away
from sad.jobs.turn import Turn
from sad.letters.text import LetterText
from sad.models.admissions import AdmissionEvent
from sad.models.applications import Application, ApplicationDocument, ApplicationState, CompletionRequest, Hearing
from sad.models.certificates import Certificate
from sad.models.destructions import Destruction
from sad.models.documents import Document
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.people import Role
from sad.models.suppliers import Supplier
from sad.models.systems import Category, PurchasingSystem
from sad.storage import CheckedFile, path_of, put
from tests.factories.admissions import ADMITTED, APPLIED, make_application
from tests.factories.left import everything, findings
from tests.factories.mini_tenders import HOME, SENT, make_published
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of

VISA = "AD26-2037-115"
LATE = datetime(2032, 6, 1, 9, 0, tzinfo=UTC)
CANARY = "Nobody reads this again, 41.17"
STAYS, LEAVES = "Ferme qui reste", "Ferme partie loin"


@pytest.fixture
def site(database, settings) -> Site:
    """Two refused suppliers beside those invited to a mini-tender given up; one of the two left since. The system ended in 2027."""
    with transaction():
        mini_tender = make_published()
        buyer = make_person(mini_tender.organisation, Role.BUYER, name="Claire")
        make_person(mini_tender.organisation, Role.AWARD_AUTHORITY, name="Denis")
        for name in (STAYS, LEAVES):
            _apply(make_supplier(name=name, usual={"note": CANARY}), mini_tender.category, settings, buyer)
        leaver = session.scalars(select(Supplier).where(Supplier.name == LEAVES)).one()
        leave_supplier(leaver, by=member_of(leaver), at=SENT)
        discontinue_mini_tender(mini_tender, "Le besoin a disparu.", by=buyer, at=SENT)
        session.execute(update(PurchasingSystem).values(valid_until=date(2027, 5, 31)))
    return Site(settings.data_dir, settings.seal_key, LATE)


def _apply(supplier, category, settings, buyer) -> Application:
    person = member_of(supplier)
    made = make_application(supplier, category, ApplicationState.DRAFT)
    for name in ("un", "deux"):
        file = CheckedFile(f"{name}.pdf", "application/pdf", f"%PDF {CANARY} {supplier.name} {name}".encode())
        attach_document(made, "dume", put(settings.data_dir, file, name=f"{supplier.id}{name}"), expires_on=None, by=person, at=APPLIED)
    first = session.scalars(select(Certificate).where(Certificate.supplier_id == supplier.id).order_by(Certificate.id)).first()
    withdraw_certificate(first, by=person, at=APPLIED)
    stage = session.scalars(select(Application).where(Application.stage_content.is_not(None))).first()
    made.stage_content, made.stage_fingerprint = stage.stage_content, stage.stage_fingerprint
    made.sworn_statement, made.sworn_by, made.submitted_at = True, person.id, APPLIED
    made.answer_due_on, made.answers = ADMITTED.date(), {"note": CANARY}
    made.state, made.decided_at, made.decided_by = ApplicationState.REFUSED, ADMITTED, buyer.id
    made.decision_reasons = [{"requirement": "x", "sentence": CANARY}]
    made.extended_at, made.extension_reason = APPLIED, CANARY
    asked = {"application_id": made.id, "asked_at": APPLIED, "asked_by": buyer.id, "due_on": ADMITTED.date()}
    session.add(CompletionRequest(asked=[CANARY], days=5, answered_at=APPLIED, **asked))
    session.add(Hearing(ground="L2141-7", facts=CANARY, answer=CANARY, answered_at=APPLIED, **asked))
    for action in ("submit_application", "refuse_application"):
        record(action, made, by=buyer, at=ADMITTED, note=CANARY)
    told = LetterText("refused", "Votre candidature", CANARY)
    post_to_supplier(supplier, told, at=ADMITTED, organisation_id=made.organisation_id, application=made)
    return made


def category() -> Category:
    return session.scalars(select(MiniTender)).one().category


def two():
    organisation = category().system.organisation
    return make_person(organisation, Role.BUYER), make_person(organisation, Role.AWARD_AUTHORITY)


def destroy(at: datetime = LATE) -> Destruction:
    with transaction():
        first, second = two()
        asked = ask_destruction(category(), VISA, home=HOME, by=first, at=at)
    with transaction():
        approve(asked, read_sha256=fingerprint_of(shown_to(asked)), link=HOME.__add__, by=second, at=at)
    return session.scalars(select(Destruction)).one()


def numbers(model) -> int:
    return len(session.scalars(select(model.id)).all())


def test_what_applications_said_is_nowhere_and_the_journal_still_verifies(site):
    shells = numbers(Application)
    assert CANARY in everything() and LEAVES in everything()
    destruction = destroy()
    session.remove()
    found = everything()
    # What the supplier that is still there says of itself is its own; of the other nothing is left.
    assert LEAVES not in found and found.count(CANARY) == 1
    assert application_papers(category()) == {} and numbers(Application) == shells
    assert {numbers(model) for model in (CompletionRequest, Hearing, ApplicationDocument, AdmissionEvent)} == {0}
    assert session.scalar(select(Letter.id).where(Letter.application_id.is_not(None))) is None
    assert verify_journal().is_sound
    counts = session.get_one(Destruction, destruction.id).counts
    assert counts["application_documents"] == 4 and counts["suppliers"] == 1 and counts["hearings"] == 2


def test_the_vault_of_whoever_is_still_there_keeps_what_was_not_withdrawn(site, settings):
    keys = {each.name + str(each.supplier_id): each.storage_key for each in session.scalars(select(Document))}
    destroy()
    with clock.frozen(LATE):
        assert take_papers_away(Turn(settings, LATE)) == 3
    (stays,) = session.scalars(select(Supplier).where(Supplier.name == STAYS))
    (kept,) = session.scalars(select(Certificate).where(Certificate.supplier_id == stays.id))
    assert kept.document.name == "deux.pdf"
    on_disk = {key for key in keys.values() if path_of(settings.data_dir, key).exists()}
    assert on_disk == {kept.document.storage_key}


def test_a_number_stands_for_a_supplier_that_left(site):
    number = session.scalar(select(Supplier.id).where(Supplier.name == LEAVES))
    destroy()
    session.remove()
    gone = session.get_one(Supplier, number)
    assert (gone.name, gone.siret, gone.phone) == (f"Fournisseur effacé n° {number}", f"efface-{number}", "")


def test_a_supplier_that_left_is_kept_while_another_file_names_it(site):
    with transaction():
        leaver = session.scalars(select(Supplier).where(Supplier.name == LEAVES)).one()
        other = next(each for each in category().system.categories if each.id != category().id)
        make_application(leaver, other, ApplicationState.DRAFT)
    destroy()
    session.remove()
    assert session.scalar(select(Supplier.id).where(Supplier.name == LEAVES)) is not None


def test_the_examination_finds_nothing_wrong_afterwards_and_finds_what_came_back(site, settings):
    wrong_before = set(findings(site))
    destroy()
    with clock.frozen(LATE):
        take_papers_away(Turn(settings, LATE))
    assert set(findings(site)) <= wrong_before
    with transaction():
        shell = session.scalars(select(Application)).first()
        session.add(Hearing(application_id=shell.id, ground="L2141-7", facts="x", asked_at=SENT, asked_by=two()[0].id, due_on=SENT.date()))
    assert "destroyed" in findings(site)


@pytest.mark.parametrize(
    ("at", "visa", "rules"),
    [
        (datetime(2032, 5, 31, 12, 0, tzinfo=UTC), VISA, {"ARC-01"}),
        (datetime(2032, 5, 31, 22, 0, tzinfo=UTC), VISA, set()),
        (LATE, " ", {"ARC-03"}),
    ],
)
def test_the_clock_runs_from_the_end_of_the_system_at_the_earliest(site, at, visa, rules):
    first, second = two()
    if not rules:
        assert destroy_applications(category(), visa, asked_by=first, by=second, at=at).visa == visa
        return
    with pytest.raises(Refused) as refused, transaction():
        destroy_applications(category(), visa, asked_by=first, by=second, at=at)
    assert {one.rule for one in refused.value.refusals} == rules
    with pytest.raises(Refused), transaction():
        ask_destruction(category(), visa, home=HOME, by=first, at=at)


def test_the_clock_runs_from_the_last_contract_when_that_is_later(site):
    with transaction():
        session.execute(update(MiniTender).values(discontinued_at=datetime(2028, 3, 1, tzinfo=UTC)))
    with pytest.raises(Refused, match="mars 2033"):
        destroy()
    assert destroy(datetime(2033, 3, 2, 9, 0, tzinfo=UTC)).visa == VISA


def test_a_mini_tender_that_goes_on_or_a_court_action_keeps_them(site):
    first, second = two()
    place_hold(session.scalars(select(MiniTender)).one(), "Tribunal administratif de Grenoble, 2703114.", by=first, at=LATE)
    with pytest.raises(Refused, match="recours"):
        destroy_applications(category(), VISA, asked_by=first, by=second, at=LATE)
    session.rollback()
    session.execute(update(MiniTender).values(state="published", discontinued_at=None, discontinued_reason=None))
    with pytest.raises(Refused, match="n’est pas terminée"):
        destroy_applications(category(), VISA, asked_by=two()[0], by=two()[1], at=LATE)


def test_one_person_never_destroys_and_nothing_is_destroyed_twice(site):
    first, _ = two()
    with pytest.raises(Refused, match="une autre personne"):
        destroy_applications(category(), VISA, asked_by=first, by=first, at=LATE)
    session.rollback()
    organisation = category().system.organisation
    assert [each.id for each in old_categories(organisation, LATE)] == [category().id]
    assert old_categories(organisation, LATE - timedelta(days=400)) == []
    destroy()
    assert old_categories(category().system.organisation, LATE) == []
    with pytest.raises(Refused, match="déjà détruites"):
        ask_destruction(category(), VISA, home=HOME, by=two()[0], at=LATE)
