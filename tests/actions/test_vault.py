"""The vault: proofs given once, joined where the notice asks for them."""

from datetime import UTC, date, datetime

import pytest

from sad.actions.vault import (
    add_certificate,
    attach_certificate,
    attach_document,
    detach_document,
    held_certificates,
    withdraw_certificate,
)
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.applications import Application, ApplicationState
from sad.models.certificates import Certificate
from tests.factories.admissions import APPLIED, make_application
from tests.factories.documents import make_certificate, stored_file
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def draft(database) -> Application:
    draft = make_application(make_supplier(), make_system().categories[0], ApplicationState.DRAFT)
    session.commit()
    return draft


def attached(application: Application, requirement: str = "liability_insurance", expires_on: date | None = None, at: datetime = AT):
    with transaction():
        return attach_document(application, requirement, stored_file(), expires_on=expires_on, by=member_of(application.supplier), at=at)


def test_a_joined_document_is_kept_in_the_vault_with_its_last_day(draft):
    joined = attached(draft, expires_on=date(2027, 3, 31))
    certificate = held_certificates(draft.supplier)[0]
    assert (certificate.document_id, certificate.expires_on) == (joined.document_id, date(2027, 3, 31))
    assert certificate.kind == "liability_insurance"
    assert certificate.label == "Assurance responsabilité civile professionnelle"


@pytest.mark.parametrize("requirement", ["vigilance", "tax", "direct_supply_pct", "unknown"])
def test_what_the_notice_does_not_ask_before_award_is_not_taken(draft, requirement):
    with pytest.raises(Refused) as refused:
        attached(draft, requirement)
    assert [one.rule for one in refused.value.refusals] == ["ADM-05"]
    assert session.query(Certificate).count() == 0


def test_the_european_single_document_is_accepted_from_whoever_has_one(draft):
    assert attached(draft, "dume").requirement == "dume"


@pytest.mark.parametrize(("expires_on", "is_taken"), [(date(2026, 11, 22), False), (date(2026, 11, 23), True), (None, True)])
def test_a_document_must_still_hold_on_the_day_it_is_joined(draft, expires_on, is_taken):
    if is_taken:
        assert attached(draft, expires_on=expires_on).expires_on == expires_on
        return
    with pytest.raises(Refused) as refused:
        attached(draft, expires_on=expires_on)
    assert refused.value.refusals[0].field == "expires_on"


def test_a_proof_of_the_vault_is_joined_without_sending_it_again(draft):
    certificate = make_certificate(draft.supplier, expires_on=date(2027, 1, 1))
    session.commit()
    with transaction():
        attach_certificate(draft, certificate, "liability_insurance", by=member_of(draft.supplier), at=AT)
    assert draft.documents[0].document_id == certificate.document_id
    assert session.query(Certificate).count() == 1


@pytest.mark.parametrize("state", [ApplicationState.SUBMITTED, ApplicationState.HEARING, ApplicationState.REFUSED])
def test_nothing_is_joined_once_the_application_has_left(draft, state):
    other = make_application(
        draft.supplier, make_system().categories[1], state, **({"decided_at": AT} if state == ApplicationState.REFUSED else {})
    )
    session.commit()
    with pytest.raises(Refused, match="partie"):
        attached(other)


def test_a_document_of_a_draft_may_be_taken_out_and_stays_in_the_vault(draft):
    joined = attached(draft)
    with transaction():
        detach_document(joined, by=member_of(draft.supplier), at=AT)
    session.refresh(draft)
    assert draft.documents == [] and len(held_certificates(draft.supplier)) == 1


def test_in_a_completion_what_left_stays_and_what_was_added_may_be_taken_out(draft):
    application = make_application(draft.supplier, make_system().categories[0], ApplicationState.COMPLETION_REQUESTED)
    session.commit()
    by = member_of(draft.supplier)
    sent, added = attached(application, at=APPLIED), attached(application)
    with pytest.raises(Refused, match="il y reste"), transaction():
        detach_document(sent, by=by, at=AT)
    with transaction():
        detach_document(added, by=by, at=AT)
    session.refresh(application)
    assert [each.id for each in application.documents] == [sent.id]


def test_a_proof_taken_out_of_the_vault_is_no_longer_proposed(draft):
    certificate = make_certificate(draft.supplier)
    session.commit()
    with transaction():
        withdraw_certificate(certificate, by=member_of(draft.supplier), at=AT)
    assert held_certificates(draft.supplier) == []
    with pytest.raises(Refused, match="déjà retiré"), transaction():
        withdraw_certificate(certificate, by=member_of(draft.supplier), at=AT)


def test_a_document_added_to_the_vault_has_a_name(draft):
    with pytest.raises(Refused) as refused, transaction():
        add_certificate(draft.supplier, stored_file(), kind="other", label="", expires_on=None, by=member_of(draft.supplier), at=AT)
    assert refused.value.refusals[0].field == "label"
