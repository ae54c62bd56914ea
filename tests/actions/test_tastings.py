"""A blind tasting: announced or not held, codes that nobody can swap, two roles apart, nothing revealed before every sheet."""

import hashlib
import threading
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sad import db
from sad.actions.marks import give_mark
from sad.actions.mini_tender_changes import faults_of_change
from sad.actions.publications import frozen_fingerprint, invitees_of, publish_mini_tender
from sad.actions.rankings import compute_ranking
from sad.actions.tasting_juries import enrol_juror, release_juror, type_sheet
from sad.actions.tasting_results import close_tasting, outcomes_of, stop_tasting
from sad.actions.tastings import Reception, miss_sample, prepare_tasting, receive_sample
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.evaluations import Mark
from sad.models.journal import JournalBody, JournalEntry
from sad.models.letters import Letter
from sad.models.people import Person, Role
from sad.models.tastings import Tasting, TastingJuror, TastingMark, TastingSample
from sad.trust.canonical import canonical_json
from tests.factories.evaluations import EXAMINED, OPENED, make_evaluator, make_opened, offers_of
from tests.factories.mini_tenders import CLOSES, HOME, SEAL_KEY, SENT, make_admitted, make_published
from tests.factories.people import make_person
from tests.factories.tastings import (
    ANNOUNCED,
    CODES,
    SALT,
    TASTED,
    TENDERS,
    make_announced,
    make_examined,
    make_jury,
    make_prepared,
    make_ready,
    make_received,
    make_tasted,
    sheet,
)

DAY = TASTED.date()
SEVENS = dict.fromkeys(CODES[:3], "7")


def refusals(act) -> list[tuple[str | None, str | None]]:
    with pytest.raises(Refused) as refused:
        act()
    return [(one.rule, one.field) for one in refused.value.refusals]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def typist(tasting: Tasting) -> Person:
    return make_evaluator(tasting.mini_tender)


def bodies(action: str) -> list[dict]:
    entries = select(JournalBody.body).join(JournalEntry, JournalEntry.seq == JournalBody.seq).where(JournalEntry.action == action)
    return list(session.scalars(entries.order_by(JournalEntry.seq)))


def test_an_announced_tasting_is_in_the_invitation_and_in_the_fingerprint(database):
    draft = make_announced()
    mini_tender = make_published(draft)
    letters = session.scalars(select(Letter.body).where(Letter.kind == "invitation", Letter.mini_tender_id == mini_tender.id)).all()
    said = ("Dégustation d’échantillons", "9 décembre 2026 à 10 h", "Cuisine centrale", "3 portions de chaque pièce", "sur le dossier")
    assert letters and all(words in plain(body) for body in letters for words in said)
    invited = [supplier.id for supplier in invitees_of(mini_tender)]
    assert frozen_fingerprint(mini_tender, invited) == mini_tender.frozen_fingerprint
    mini_tender.announced_tasting.samples = "1 portion"
    assert frozen_fingerprint(mini_tender, invited) != mini_tender.frozen_fingerprint


def test_a_tasting_announced_before_the_deadline_or_for_a_criterion_nobody_judges_does_not_leave(database):
    draft = make_announced(happens_at=CLOSES)
    draft.announced_tasting.criterion = "price"
    buyer = make_person(draft.organisation, Role.BUYER)
    make_admitted(draft.category, 3, by=buyer)
    found = refusals(lambda: publish_mini_tender(draft, seal_key=SEAL_KEY, justifications={}, home=HOME, by=buyer, at=SENT))
    assert [one for one in found if one[1] == "tasting"] == [("CRI-12", "tasting"), ("REC-01", "tasting")]


def test_the_deadline_is_not_put_off_past_the_announced_tasting(database):
    sent = make_published(make_announced())
    words = {"version": sent.version, "reason": "Un jour de plus.", "at": SENT + timedelta(days=1)}
    assert [one.rule for one in faults_of_change(sent, ANNOUNCED + timedelta(days=1), None, **words)] == ["CRI-12"]
    assert faults_of_change(sent, ANNOUNCED - timedelta(hours=20), None, **words) == []


def test_no_tasting_without_its_announcement_nor_before_the_opening(database):
    opened, sent = make_opened(*TENDERS), make_published(make_announced())
    draw = {"salt": SALT, "at": EXAMINED}
    assert ("CRI-12", None) in refusals(lambda: prepare_tasting(opened, CODES[:3], by=make_evaluator(opened), **draw))
    assert refusals(lambda: prepare_tasting(sent, (), by=make_evaluator(sent), **draw)) == [("REC-01", None)]


def test_codes_wait_for_every_offer_to_be_classified_and_are_drawn_once(database):
    mini_tender = make_examined()
    by = make_evaluator(mini_tender)
    offer = offers_of(mini_tender)[0]
    offer.classification = offer.classification_reason = None
    session.flush()
    assert refusals(lambda: prepare_tasting(mini_tender, CODES[:2], salt=SALT, by=by, at=EXAMINED)) == [("ANA-01", None)]
    offer.classification, offer.classification_reason = "regular", "Complète."
    prepare_tasting(mini_tender, CODES[:3], salt=SALT, by=by, at=EXAMINED)
    assert refusals(lambda: prepare_tasting(mini_tender, CODES[:3], salt=SALT, by=by, at=EXAMINED)) == [("CRI-12", None)]


@pytest.mark.parametrize("codes", [(731, 731, 952), (731, 732, 952), (73, 418, 952), (731, 418), (731, 418, 1000)])
def test_codes_that_tell_something_are_refused(database, codes):
    mini_tender = make_examined()
    found = refusals(lambda: prepare_tasting(mini_tender, codes, salt=SALT, by=make_evaluator(mini_tender), at=EXAMINED))
    assert found == [("ANA-05", None)]


def test_the_journal_commits_to_the_codes_before_anybody_tastes_and_tells_none_of_them(database):
    tasting = make_prepared()
    [body] = bodies("prepare_tasting")
    table = {str(sample.code): sample.offer_id for sample in tasting.samples}
    assert body["fingerprint"] == hashlib.sha256(SALT + canonical_json(table)).hexdigest() == tasting.fingerprint
    assert not any(str(code) in str(body).replace(tasting.fingerprint, "") for code in CODES)


def test_the_numbers_of_samples_follow_names_never_codes(database):
    tasting = make_prepared()
    by_row = sorted(tasting.samples, key=lambda sample: sample.id)
    assert [sample.offer.supplier.name for sample in by_row] == sorted(sample.offer.supplier.name for sample in by_row)
    assert [sample.code for sample in by_row] != sorted(sample.code for sample in by_row)


def test_swapped_codes_reveal_nothing(database):
    tasting = make_tasted()
    first, second = tasting.samples[:2]
    codes = first.code, second.code
    for sample, code in ((first, 111), (second, codes[0]), (first, codes[1])):
        sample.code = code
        session.flush()
    assert refusals(lambda: close_tasting(tasting, DAY, by=typist(tasting), at=TASTED)) == [("REC-07", None)]
    assert not tasting.is_closed


def test_a_sample_is_received_with_its_allergens_and_where_they_come_from(database):
    tasting = make_prepared()
    sample, by = tasting.samples[0], tasting.preparer
    bad = Reception(
        arrived_at=TASTED + timedelta(hours=1), temperature="", remark="", allergens=["gluten", "cacao"], allergens_source=" "
    )
    assert refusals(lambda: receive_sample(sample, bad, by=by, at=TASTED)) == [
        (None, "arrived_at"), (None, "allergens"), (None, "allergens_source"),
    ]
    make_received(sample, by=by, allergens=["nuts", "gluten"])
    assert (sample.allergens, sample.received_by) == (["gluten", "nuts"], by.id)
    make_received(sample, by=by, allergens=[])
    assert sample.allergens == [] and len(bodies("receive_sample")) == 2
    early = Reception(arrived_at=OPENED, temperature="", remark="", allergens=[], allergens_source="Étiquette")
    assert refusals(lambda: receive_sample(sample, early, by=by, at=TASTED)) == [("ANA-05", "arrived_at")]


def test_an_absence_is_recorded_with_its_reason_not_before_the_announced_hour(database):
    tasting = make_prepared()
    sample, by = tasting.samples[0], tasting.preparer
    assert refusals(lambda: miss_sample(sample, " ", by=by, at=EXAMINED)) == [("CRI-12", None), ("ANA-05", "reason")]
    miss_sample(sample, "Rien à 10 h.", by=by, at=TASTED)
    make_received(sample, by=by)
    assert sample.missing_reason is None and sample.is_settled


def test_who_drew_the_codes_or_received_a_sample_does_not_taste(database):
    tasting = make_prepared()
    other = typist(tasting)
    make_received(tasting.samples[0], by=other)
    said = {"title": "", "has_conflict": False, "by": other, "at": EXAMINED}
    for person in (tasting.preparer, other):
        assert refusals(lambda each=person: enrol_juror(tasting, name="", person=each, **said)) == [("ANA-05", "person")]
    assert refusals(lambda: enrol_juror(tasting, name=tasting.preparer.name.upper(), person=None, **said)) == [("ANA-05", "person")]
    with pytest.raises(IntegrityError), session.begin_nested():
        juror = {"tasting_id": tasting.id, "name": "X", "title": "", "declared_at": EXAMINED, "recorded_by": other.id}
        session.add(TastingJuror(person_id=tasting.prepared_by, prepared_by=tasting.prepared_by, **juror))
        session.flush()


def test_a_juror_does_not_receive_samples(database):
    tasting = make_prepared()
    juror = typist(tasting)
    enrol_juror(tasting, name="", title="", person=juror, has_conflict=False, by=tasting.preparer, at=EXAMINED)
    with pytest.raises(Refused, match="qui portent un nom"):
        make_received(tasting.samples[0], by=juror)


def test_whoever_has_a_link_does_not_taste_and_nobody_tastes_twice(database):
    tasting = make_prepared()
    linked = make_evaluator(tasting.mini_tender, has_conflict=True)
    said = {"title": "", "by": tasting.preparer, "at": EXAMINED}
    assert refusals(lambda: enrol_juror(tasting, name="", person=linked, has_conflict=False, **said)) == [("ANA-05", "has_conflict")]
    assert refusals(lambda: enrol_juror(tasting, name="Zoé", person=None, has_conflict=True, **said)) == [("ANA-05", "has_conflict")]
    assert refusals(lambda: enrol_juror(tasting, name=" ", person=None, has_conflict=False, **said)) == [("ANA-05", "name")]
    make_jury(tasting, "Zoé Abel", by=tasting.preparer)
    assert refusals(lambda: enrol_juror(tasting, name="ZOE ABEL", person=None, has_conflict=False, **said)) == [("ANA-05", "name")]


def test_sheets_wait_for_three_jurors_every_sample_and_the_announced_hour(database):
    tasting = make_prepared()
    make_received(tasting.samples[0], by=tasting.preparer)
    jurors = make_jury(tasting, "Zoé Abel", "Marc Brun", by=tasting.preparer)
    found = refusals(lambda: type_sheet(jurors[0], sheet(SEVENS), by=typist(tasting), at=EXAMINED))
    assert found == [("CRI-12", None), ("ANA-05", None), ("ANA-05", None)]


def test_a_sheet_is_typed_once_by_somebody_who_does_not_know_the_codes(database):
    tasting = make_ready()
    first, second, _ = tasting.tasters
    by = typist(tasting)
    with pytest.raises(Refused, match="Vous avez préparé les codes"):
        type_sheet(first, sheet(SEVENS), by=tasting.preparer, at=TASTED)
    type_sheet(first, sheet(SEVENS), by=by, at=TASTED)
    with pytest.raises(Refused, match="est déjà saisie"):
        type_sheet(first, sheet(SEVENS), by=by, at=TASTED)
    with pytest.raises(Refused, match="ses notes comptent"):
        release_juror(first, "Trop sévère.", by=by, at=TASTED)
    release_juror(second, "Malade.", by=by, at=TASTED)
    with pytest.raises(Refused, match="libéré"):
        type_sheet(second, sheet(SEVENS), by=by, at=TASTED)
    with pytest.raises(Refused, match="ne changent plus"):
        make_received(tasting.samples[0], by=tasting.preparer)


def test_a_juror_with_an_account_types_its_own_sheet_alone(database):
    tasting = make_ready()
    agent = typist(tasting)
    own = enrol_juror(tasting, name="", title="", person=agent, has_conflict=False, by=tasting.preparer, at=EXAMINED)
    with pytest.raises(Refused, match="pas celle des autres"):
        type_sheet(tasting.tasters[0], sheet(SEVENS), by=agent, at=TASTED)
    assert type_sheet(own, sheet(SEVENS), by=agent, at=TASTED).sheet_typed_by == agent.id


def test_a_sheet_with_faults_keeps_nothing(database):
    tasting = make_ready()
    typed = sheet({731: "11", 418: "4", 952: "", 500: "7"}, remark="")
    found = refusals(lambda: type_sheet(tasting.tasters[0], typed, by=typist(tasting), at=TASTED))
    assert found == [("ANA-05", None), ("ANA-05", "remark_418"), ("ANA-05", "value_731"), ("ANA-05", "value_952")]
    assert session.scalars(select(TastingMark)).all() == []


def test_nothing_is_revealed_while_a_sheet_is_missing_or_with_fewer_than_three(database):
    tasting = make_ready()
    by = typist(tasting)
    with pytest.raises(ValueError, match="not revealed"):
        outcomes_of(tasting)
    for juror in tasting.tasters[:2]:
        type_sheet(juror, sheet(SEVENS), by=by, at=TASTED)
    with pytest.raises(Refused, match="une fiche"):
        close_tasting(tasting, DAY, by=by, at=TASTED)
    release_juror(tasting.tasters[2], "Malade.", by=by, at=TASTED)
    with pytest.raises(Refused, match="au moins 3"):
        close_tasting(tasting, DAY, by=by, at=TASTED)
    make_jury(tasting, "Zoé Abel", by=tasting.preparer)
    type_sheet(tasting.tasters[2], sheet(SEVENS), by=by, at=TASTED)
    assert refusals(lambda: close_tasting(tasting, DAY - timedelta(days=1), by=by, at=TASTED)) == [("CRI-12", "held_on")]
    assert refusals(lambda: close_tasting(tasting, DAY + timedelta(days=1), by=by, at=TASTED)) == [(None, "held_on")]
    assert close_tasting(tasting, DAY, by=by, at=TASTED).is_closed


def test_the_closing_reveals_means_and_sentences_and_nothing_changes_after(database):
    tasting = make_tasted({731: "6", 418: "7", 952: "10"}, {731: "7.5", 418: "7", 952: "3"}, {731: "9", 418: "7", 952: "4"})
    by = typist(tasting)
    close_tasting(tasting, DAY, by=by, at=TASTED)
    found = {each.sample.code: each for each in outcomes_of(tasting)}
    assert (found[731].result.mean, found[731].proposed, found[952].result.mean) == (Fraction(15, 2), "7.5", Fraction(17, 3))
    assert found[952].proposed == "5.67" and found[952].result.spread == 7
    start = "Dégustation à l’aveugle du mercredi 9 décembre 2026 par 3 personnes"
    assert plain(found[731].sentence) == f"{start} : 7,5 sur 10, de 6 à 9. Remarques : « Bon. » ; « Bon. » ; « Bon. »."
    assert bodies("close_tasting")[0]["salt"] == SALT.hex() and bodies("close_tasting")[0]["codes"]["731"] == found[731].sample.offer_id
    for act in (
        lambda: type_sheet(tasting.jurors[0], sheet(SEVENS), by=by, at=TASTED),
        lambda: release_juror(tasting.jurors[0], "Non.", by=by, at=TASTED),
        lambda: make_jury(tasting, "Zoé Abel", by=by),
        lambda: make_received(tasting.samples[0], by=tasting.preparer),
        lambda: close_tasting(tasting, DAY, by=by, at=TASTED),
        lambda: stop_tasting(tasting, "Non.", by=by, at=TASTED),
    ):
        assert refusals(act) == [("CRI-12", None)]


def test_the_proposed_mark_is_given_by_a_person_with_its_sentence(database):
    tasting = make_tasted()
    by = typist(tasting)
    close_tasting(tasting, DAY, by=by, at=TASTED)
    assert session.scalars(select(Mark)).all() == []
    first = outcomes_of(tasting)[0]
    mark = give_mark(first.sample.offer, "quality", first.proposed, first.sentence, by=by, at=TASTED)
    assert (mark.value, mark.reason) == ("7", first.sentence)


@pytest.mark.parametrize(("rule", "proposed", "words"), [("file", "", "noté sur le dossier"), ("zero", "0", "reçoit 0 à ce critère")])
def test_an_offer_without_sample_is_marked_as_it_was_announced_never_silently(database, rule, proposed, words):
    tasting = make_prepared(missing_rule=rule)
    by = tasting.preparer
    missed, *came = tasting.samples
    miss_sample(missed, "rien à 10 h", by=by, at=TASTED)
    for sample in came:
        make_received(sample, by=by)
    for juror in make_jury(tasting, by=by):
        type_sheet(juror, sheet({sample.code: "8" for sample in came}), by=typist(tasting), at=TASTED)
    close_tasting(tasting, DAY, by=typist(tasting), at=TASTED)
    outcome = next(each for each in outcomes_of(tasting) if each.sample is missed)
    assert (outcome.result, outcome.proposed) == (None, proposed) and words in outcome.sentence and "rien à 10 h" in outcome.sentence


def test_a_tasting_is_given_up_with_a_reason_unless_its_result_is_there(database):
    ready, tasted = make_ready(), make_tasted()
    assert refusals(lambda: stop_tasting(ready, " ", by=typist(ready), at=TASTED)) == [("ANA-05", "reason")]
    with pytest.raises(Refused, match="le résultat compte"):
        stop_tasting(tasted, "Le résultat déplaît.", by=typist(tasted), at=TASTED)
    stop_tasting(ready, "panne de froid", by=typist(ready), at=TASTED)
    assert {(each.proposed, each.result) for each in outcomes_of(ready)} == {("", None)}
    assert all("panne de froid" in each.sentence for each in outcomes_of(ready))


def test_two_people_who_type_the_same_sheet_at_once_keep_one(database):
    with transaction():
        tasting = make_ready()
        people = [typist(tasting).id, typist(tasting).id]
        juror_id = tasting.jurors[0].id
    refused: list[Refused] = []
    start = threading.Barrier(2)

    def type_it(person_id: int, value: str) -> None:
        start.wait()
        try:
            with transaction():
                juror = session.get_one(TastingJuror, juror_id)
                type_sheet(juror, sheet(dict.fromkeys(CODES[:3], value)), by=session.get_one(Person, person_id), at=TASTED)
        except Refused as fault:
            refused.append(fault)
        finally:
            db.session.remove()

    threads = [threading.Thread(target=type_it, args=pair) for pair in zip(people, ("7", "8"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    values = [mark.value for mark in session.scalars(select(TastingMark))]
    assert len(refused) == 1 and "déjà saisie" in str(refused[0]) and values in (["7"] * 3, ["8"] * 3)


@pytest.mark.parametrize("fault", ["same_code", "sealed", "received_and_missing", "not_announced"])
def test_the_database_holds_the_rules_too(database, fault):
    tasting = make_prepared()
    first, second, _ = tasting.samples
    with pytest.raises(IntegrityError), session.begin_nested():
        if fault == "same_code":
            second.code = first.code
        elif fault == "sealed":
            first.offer_is_opened = False
        elif fault == "received_and_missing":
            make_received(first, by=tasting.preparer)
            first.missing_reason, first.missing_by = "x", tasting.prepared_by
        else:
            other = make_opened(*TENDERS)
            values = {"organisation_id": other.organisation_id, "mini_tender_id": other.id, "prepared_by": tasting.prepared_by}
            session.add(Tasting(prepared_at=EXAMINED, fingerprint="0" * 64, salt="0" * 64, **values))
        session.flush()
    assert session.scalar(select(TastingSample.code).where(TastingSample.id == first.id)) == first.code


def test_an_announced_tasting_is_closed_before_any_ranking(database):
    tasting = make_ready()
    by = typist(tasting)
    offers = offers_of(tasting.mini_tender)
    for offer in offers:
        for criterion in ("quality", "delivery"):
            give_mark(offer, criterion, "8", "Soigné.", by=by, at=TASTED)
    with pytest.raises(Refused, match="n’est pas close"):
        compute_ranking(tasting.mini_tender, by=by, at=TASTED)
    stop_tasting(tasting, "panne de froid", by=by, at=TASTED)
    assert len(compute_ranking(tasting.mini_tender, by=by, at=TASTED).places) == len(offers)
