"""The proofs of the awardee: asked from it alone, taken from its vault, given, judged; nothing is notified without them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import select

from sad.actions.awards import approve_award, cancel_award, notify_contract, propose_award
from sad.actions.proof_decisions import decide_proof
from sad.actions.proof_deposits import give_proof, read_register
from sad.actions.proofs import ask_proofs
from sad.actions.ties import first_places
from sad.actions.vault import held_certificates
from sad.db import session, transaction
from sad.domain.calendar import paris_day
from sad.domain.errors import Refused
from sad.domain.proofs import ProofKind, Standing
from sad.models.awards import Award
from sad.models.journal import JournalBody
from sad.models.letters import Letter
from sad.models.people import Person
from sad.models.proofs import AwaitedProof, GivenProof
from tests.factories.documents import make_certificate, stored_file
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator
from tests.factories.orders import DECIDED, make_awarded
from tests.factories.proofs import asked_for, give, prove, read_in_register
from tests.factories.suppliers import make_supplier, member_of

TODAY = paris_day(DECIDED)
DUE = TODAY + timedelta(days=10)
DEAR = {"budget": Decimal("20000.00")}
SMALL = ["tax_certificate", "social_certificate", "registration"]
WHOLE = ["tax_certificate", "vigilance_certificate", "foreign_workers", "registration"]


@pytest.fixture
def award(database) -> Award:
    return make_awarded()


@pytest.fixture
def dear(database) -> Award:
    return make_awarded(Tender(("120.00", "4.00")), Tender(("118.00", "4.20"), marks={"quality": "6"}), **DEAR)


def awaited(award: Award, kind: str = "tax_certificate") -> AwaitedProof:
    return next(each for each in asked_for(award).awaited if each.kind == kind)


def awarded_again(award: Award, **choice) -> Award:
    """The same offer retained once more, after the first decision was taken back."""
    cancel_award(award, "À refaire.", by=award.proposer, at=DECIDED)
    again = propose_award(first_places(award.place.ranking)[0], "La première.", by=award.proposer, at=DECIDED)
    return approve_award(again, by=award.decider, at=DECIDED, **choice)


def letters(*kinds: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind.in_(kinds)).order_by(Letter.id)))


def rules(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(one.rule, one.field) for one in refused.value.refusals]


def test_the_decision_asks_the_awardee_alone_for_its_proofs_within_one_period(award):
    request = asked_for(award)
    assert [each.kind for each in request.awaited] == SMALL and request.due_on == DUE
    (letter,) = letters("proofs_request")
    assert letter.supplier_id == award.place.offer.supplier_id
    assert "Attestation de régularité fiscale" in letter.body and "Inscription au registre" not in letter.body


def test_from_its_thresholds_vigilance_and_the_list_of_foreign_workers_are_asked_too(dear):
    assert [each.kind for each in asked_for(dear).awaited] == WHOLE
    assert "Attestation de vigilance" in letters("proofs_request")[0].body


def test_the_contract_is_notified_only_once_every_proof_is_accepted(award):
    buyer = award.proposer
    notify = lambda: notify_contract(award, by=buyer, at=DECIDED)  # noqa: E731
    assert rules(notify) == [("AWD-01", None)]
    given = give(awaited(award), at=DECIDED)
    assert rules(notify) == [("AWD-01", None), ("AWD-01", None)]
    decide_proof(given, "refused", "Une page manque.", by=buyer, at=DECIDED)
    assert rules(notify) == [("AWD-01", None), ("AWD-01", None)]
    prove(award)
    assert notify_contract(award, by=buyer, at=DECIDED).notified_at == DECIDED


def test_a_proof_that_ends_between_its_acceptance_and_the_notification_stops_it(award):
    prove(award)
    later = DECIDED + timedelta(days=120)
    assert rules(lambda: notify_contract(award, by=award.proposer, at=later)) == [("AWD-01", None)]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"siret": "98765432100015"}, "siret"),
        ({"siret": ""}, "siret"),
        ({"issued_on": TODAY - timedelta(days=400)}, "issued_on"),
        ({"issued_on": TODAY + timedelta(days=1)}, "issued_on"),
        ({"expires_on": TODAY - timedelta(days=1)}, "issued_on"),
    ],
)
def test_a_paper_of_another_company_or_out_of_date_is_refused_at_once_and_kept_nowhere(award, said, field):
    proof = awaited(award)
    assert ("AWD-01", field) in rules(lambda: give(proof, at=DECIDED, **said))
    assert session.scalars(select(GivenProof)).all() == [] == held_certificates(proof.supplier)


def test_what_is_wrong_is_said_all_at_once(award):
    act = lambda: give_proof(awaited(award), None, issued_on=None, by=award.proposer, at=DECIDED)  # noqa: E731
    assert rules(act) == [("AWD-01", "files"), ("AWD-01", "siret"), ("AWD-01", "issued_on")]


def test_having_no_foreign_worker_is_declared_without_a_paper_and_nothing_else_is(dear):
    workers, tax = awaited(dear, "foreign_workers"), awaited(dear)
    act = lambda proof: give_proof(proof, None, issued_on=None, declares_none=True, by=member_of(proof.supplier), at=DECIDED)  # noqa: E731
    assert act(workers).declares_none
    assert rules(lambda: act(tax)) == [("AWD-01", "files")]


def test_a_given_proof_goes_to_the_vault_with_its_dates(award):
    given = give(awaited(award), at=DECIDED)
    (certificate,) = held_certificates(award.place.offer.supplier)
    assert (certificate.kind, certificate.issued_on, given.certificate) == ("tax_certificate", given.issued_on, certificate)


def test_the_journal_never_holds_what_is_said_of_foreign_workers(dear):
    given = give(awaited(dear, "foreign_workers"), at=DECIDED)
    decide_proof(given, "refused", "Il manque le titre de Karim B.", by=dear.proposer, at=DECIDED)
    assert not [body for body in session.scalars(select(JournalBody)) if "Karim" in str(body.body)]


def test_what_the_buyer_reads_by_itself_is_never_asked_nor_given(award):
    proof = awaited(award, "registration")
    assert ("ADM-06", None) in rules(lambda: give(proof, at=DECIDED))
    assert rules(lambda: read_in_register(awaited(award), by=award.proposer, at=DECIDED)) == [("AWD-01", None)]
    empty = lambda: read_register(proof, " ", issued_on=None, siret="", by=award.proposer, at=DECIDED)  # noqa: E731
    assert rules(empty) == [("AWD-01", "source"), ("AWD-01", "siret"), ("AWD-01", "issued_on")]
    other = make_supplier()
    assert rules(lambda: read_in_register(proof, by=award.proposer, at=DECIDED, siret=other.siret)) == [("AWD-01", "siret")]
    assert read_in_register(proof, by=award.proposer, at=DECIDED).decision == "accepted"


def test_a_refused_paper_is_told_with_its_reason_and_another_comes_within_the_same_period(award):
    proof = awaited(award)
    given = give(proof, at=DECIDED)
    assert rules(lambda: give(proof, at=DECIDED)) == [("AWD-01", None)]
    assert rules(lambda: decide_proof(given, "refused", " ", by=award.proposer, at=DECIDED)) == [("AWD-01", "reason")]
    decide_proof(given, "refused", "Il manque une page.", by=award.proposer, at=DECIDED)
    (letter,) = letters("proof_refused")
    assert "Il manque une page." in letter.body and letter.supplier_id == proof.supplier_id
    assert rules(lambda: decide_proof(given, "accepted", "", by=award.proposer, at=DECIDED)) == [("AWD-01", None)]
    decide_proof(give(proof, at=DECIDED), "accepted", "", by=award.proposer, at=DECIDED)
    assert awaited(award).standing(TODAY) is Standing.ACCEPTED
    assert rules(lambda: give(proof, at=DECIDED)) == [("ADM-06", None)]


def test_a_paper_that_ended_while_it_waited_is_not_accepted(award):
    given = give(awaited(award), at=DECIDED, expires_on=TODAY)
    next_day = DECIDED + timedelta(days=1)
    assert rules(lambda: decide_proof(given, "accepted", "", by=award.proposer, at=next_day)) == [("AWD-01", "issued_on")]


def test_whoever_has_declared_nothing_judges_no_proof(award):
    given = give(awaited(award), at=DECIDED)
    stranger = make_evaluator(award.mini_tender, has_conflict=True)
    assert rules(lambda: decide_proof(given, "accepted", "", by=stranger, at=DECIDED)) == [("ANA-05", "has_conflict")]


def test_once_the_last_one_is_given_the_buyer_is_told(award):
    give(awaited(award), at=DECIDED)
    assert letters("proofs_given") == []
    give(awaited(award, "social_certificate"), at=DECIDED)
    assert [letter.person_id for letter in letters("proofs_given")] == [award.proposed_by]


def test_a_dated_paper_of_the_vault_is_taken_and_not_asked(award):
    for kind in ("tax_certificate", "vigilance_certificate"):
        make_certificate(award.place.offer.supplier, kind, issued_on=TODAY - timedelta(days=30))
    standings = {each.kind: each.standing(TODAY) for each in asked_for(awarded_again(award)).awaited}
    assert standings == {"tax_certificate": "to_check", "social_certificate": "to_check", "registration": "awaited"}
    assert len(letters("proofs_request")) == 1, "for the first decision only"


@pytest.mark.parametrize(
    "values",
    [
        {"issued_on": TODAY - timedelta(days=400)},
        {"issued_on": None},
        {"issued_on": TODAY - timedelta(days=3), "withdrawn_at": EXAMINED},
        {"issued_on": TODAY - timedelta(days=3), "expires_on": TODAY - timedelta(days=1)},
    ],
)
def test_what_no_longer_holds_in_the_vault_is_asked(award, values):
    make_certificate(award.place.offer.supplier, "tax_certificate", **values)
    assert awaited(awarded_again(award)).given == []


def test_a_paper_that_this_buyer_refused_is_not_taken_from_the_vault_again(award):
    decide_proof(give(awaited(award), at=DECIDED), "refused", "Illisible.", by=award.proposer, at=DECIDED)
    assert awaited(awarded_again(award)).given == []


def test_what_this_buyer_accepted_and_still_holds_is_accepted_again_with_who_did(award):
    first = prove(award)
    again = awarded_again(first)
    assert {each.standing(TODAY) for each in asked_for(again).awaited} == {Standing.ACCEPTED}
    assert [letter.kind for letter in letters("proofs_request")] == ["proofs_request"], "asked once, for the first decision"
    assert notify_contract(again, by=first.proposer, at=DECIDED).notified_at == DECIDED


def test_proofs_are_asked_once_and_never_before_a_decision(award):
    assert rules(lambda: ask_proofs(award, by=award.proposer, at=DECIDED)) == [("AWD-01", None)]
    cancel_award(award, "Une erreur.", by=award.proposer, at=DECIDED)
    assert rules(lambda: ask_proofs(award, by=award.proposer, at=DECIDED)) == [("AWD-01", None)]
    assert rules(lambda: give(awaited(award), at=DECIDED)) == [("AWD-01", None)]


def test_two_papers_given_at_once_leave_one_to_read(database):
    with transaction():
        award = make_awarded()
        proof, giver = awaited(award).id, member_of(award.place.offer.supplier).id
    together = Barrier(2)

    def act(number: int) -> str:
        try:
            mine, person = session.get_one(AwaitedProof, proof), session.get_one(Person, giver)
            siret = mine.supplier.siret
            together.wait()
            with transaction():
                give_proof(mine, stored_file(), issued_on=TODAY, siret=siret, by=person, at=DECIDED)
        except Refused:
            return "refused"
        finally:
            session.remove()
        return "given"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, range(2))) == ["given", "refused"]


def test_two_who_judge_at_once_make_one_decision(database):
    with transaction():
        award = make_awarded()
        given, buyer = give(awaited(award), at=DECIDED), award.proposed_by
    number, together = given.id, Barrier(2)

    def act(decision: str) -> str:
        try:
            mine, person = session.get_one(GivenProof, number), session.get_one(Person, buyer)
            together.wait()
            with transaction():
                decide_proof(mine, decision, "Illisible.", by=person, at=DECIDED)
        except Refused:
            return "refused"
        finally:
            session.remove()
        return "decided"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, ("accepted", "refused"))) == ["decided", "refused"]


def test_the_chosen_period_without_signature_is_held_and_told_to_the_losers(database):
    award = make_awarded()
    again = prove(awarded_again(award, waits=True))
    last = DECIDED + timedelta(days=10)
    assert again.standstill_until == paris_day(last)
    assert rules(lambda: notify_contract(again, by=award.proposer, at=last)) == [("AWD-05", None)]
    assert "ne sera pas signé avant la fin du" in letters("rejected")[-1].body
    assert "n’impose pas d’attendre" in letters("rejected")[0].body
    assert notify_contract(again, by=award.proposer, at=last + timedelta(days=1)).notified_at


def test_a_kind_of_proof_is_known_to_the_database(award):
    assert {each.proof for each in asked_for(award).awaited} <= set(ProofKind)
