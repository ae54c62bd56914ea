"""A member hit by an exclusion: ten days to present another, or the group falls (ADM-10, L2141-13)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from sad.actions.admissions import admit
from sad.actions.consortiums import invite_partner, join_consortium, leave_consortium
from sad.actions.hearings import answer_hearing, ask_hearing
from sad.actions.replacements import ask_replacement, decide_replacement, present_replacement
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.models.admissions import Admission, AdmissionState
from sad.models.applications import ApplicationState
from sad.models.consortiums import Consortium, ConsortiumMember, MemberReplacement
from sad.models.letters import Letter
from sad.models.people import Role
from sad.reports.agreement import agreement_pdf
from tests.factories.admissions import ADMITTED
from tests.factories.consortiums import FORMED, LINK, apply_with, make_signed, sign, write
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier, member_of
from tests.factories.systems import make_system

ASKED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LAST_DAY = date(2026, 12, 3)
NEXT = ASKED + timedelta(days=2)
AFTER = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
TAXES = "L2141-2"


class Scene:
    """An admitted group of three, whose brewer has not paid its taxes, and a second brewer who could come."""

    def __init__(self, *, is_admitted: bool = True) -> None:
        self.category = make_system().categories[1]
        organisation = self.category.system.organisation
        self.buyer, self.colleague = (make_person(organisation, Role.BUYER) for _ in range(2))
        self.group: Consortium = make_signed(self.category)
        self.application = apply_with(self.group)
        if is_admitted:
            admit(self.application, note="Preuves lues.", by=self.buyer, at=ADMITTED)
        self.lead = member_of(self.group.lead)
        self.brewer: ConsortiumMember = self.group.parties[2]
        self.newcomer = make_supplier(name="Cidrerie", families=["jus_compotes"])
        session.commit()

    def ask(self, **values) -> MemberReplacement:
        with transaction():
            return ask_replacement(
                values.pop("member", self.brewer),
                **{"ground": TAXES, "facts": "Cotisations dues depuis 2025.", "by": self.buyer, "at": ASKED, **values},
            )

    def prepare(self) -> None:
        """The newcomer is in and everybody has signed the new text."""
        with transaction():
            member = invite_partner(self.group, self.newcomer.siret, link=LINK, by=self.lead, at=NEXT)
            join_consortium(member, link=LINK, by=member_of(self.newcomer), at=NEXT)
            write(self.group, ("60", "25", "15"), at=NEXT)
            for each in self.group.parties:
                sign(each, at=NEXT)

    def present(self, replacement: MemberReplacement, *, at: datetime = NEXT) -> None:
        with transaction():
            present_replacement(replacement, by=self.lead, at=at)

    def decide(self, replacement: MemberReplacement, **values) -> None:
        with transaction():
            decide_replacement(
                replacement, **{"is_accepted": True, "reason": "La cidrerie convient.", "by": self.colleague, "at": NEXT, **values}
            )


@pytest.fixture
def scene(database) -> Scene:
    return Scene()


def rules(act) -> list[str | None]:
    with pytest.raises(Refused) as refused:
        act()
    return [each.rule for each in refused.value.refusals]


def letters(kind: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == kind)))


def test_the_lead_is_told_the_facts_and_the_last_day(scene):
    replacement = scene.ask()
    assert replacement.due_on == LAST_DAY
    (letter,) = letters("replacement_asked")
    body = letter.body.replace("\u00a0", " ")
    assert letter.supplier_id == scene.group.supplier_id
    assert all(words in body for words in ("Brasserie", "Cotisations dues depuis 2025.", "10 jours", "jeudi 3 décembre 2026", "L2141-13"))


def test_a_replacement_presented_in_time_and_accepted_puts_the_new_agreement_in_force(scene):
    before = scene.group.agreement_sha256
    replacement = scene.ask()
    scene.prepare()
    assert [part.name for part in scene.group.parts_in_force] == ["Chèvrerie", "Fournil", "Brasserie"]
    scene.present(replacement)
    scene.decide(replacement)
    assert [(part.name, part.share) for part in scene.group.parts_in_force] == [
        ("Chèvrerie", Decimal(60)), ("Fournil", Decimal(25)), ("Cidrerie", Decimal(15))
    ]
    assert scene.group.agreement_sha256 != before
    assert (scene.brewer.left_at, scene.group.ended_at) == (NEXT, None)
    assert {letter.supplier_id for letter in letters("replacement_decided")} == {
        *(each.supplier_id for each in scene.group.members)
    }


def test_during_the_replacement_those_in_place_stay_and_the_newcomer_may_change(scene):
    scene.ask()
    scene.prepare()
    baker = scene.group.parties[1]
    newcomer = scene.group.members[3]
    with transaction():
        assert rules(lambda: leave_consortium(baker, "Je pars", by=scene.lead, at=NEXT)) == ["ADM-11"]
    with transaction():
        leave_consortium(newcomer, "Je pars", by=member_of(scene.newcomer), at=NEXT)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"facts": " "}, ["ADM-10"]),
        ({"ground": "L2141-99"}, ["ADM-10"]),
        ({"ground": "L2141-7"}, ["ADM-08"]),
        ({"ground": "", "facts": ""}, ["ADM-10", "ADM-10"]),
    ],
)
def test_a_replacement_is_asked_with_an_article_and_facts(scene, values, found):
    assert rules(lambda: scene.ask(**values)) == found


def test_the_lead_is_not_replaced_and_one_replacement_waits_at_a_time(scene):
    assert rules(lambda: scene.ask(member=scene.group.parties[0])) == ["ADM-11"]
    scene.ask()
    assert rules(lambda: scene.ask(member=scene.group.parties[1])) == ["ADM-10"]


def test_a_group_still_forming_has_nobody_to_replace(database):
    group = make_signed(make_system().categories[1])
    buyer = make_person(group.category.system.organisation, Role.BUYER)
    session.commit()
    with transaction():
        act = rules(lambda: ask_replacement(group.parties[1], ground=TAXES, facts="Dits.", by=buyer, at=ASKED))
    assert act == ["ADM-10"]


def test_a_discretionary_article_needs_the_hearing_first(database):
    scene = Scene(is_admitted=False)
    with transaction():
        hearing = ask_hearing(scene.application, ground="L2141-7", facts="Livraisons manquées.", by=scene.buyer, at=ADMITTED)
        answer_hearing(hearing, "C’est réparé.", by=scene.lead, at=ADMITTED)
    assert scene.ask(ground="L2141-7").due_on == LAST_DAY


def test_presenting_asks_for_one_newcomer_a_full_signature_and_the_days_given(scene):
    replacement = scene.ask()
    assert rules(lambda: scene.present(replacement))[0] == "ADM-10"
    with transaction():
        member = invite_partner(scene.group, scene.newcomer.siret, link=LINK, by=scene.lead, at=NEXT)
        join_consortium(member, link=LINK, by=member_of(scene.newcomer), at=NEXT)
        write(scene.group, ("60", "25", "15"), at=NEXT)
    assert rules(lambda: scene.present(replacement)) == ["ADM-11"] * 3
    with transaction():
        for each in scene.group.parties:
            sign(each, at=NEXT)
    assert rules(lambda: scene.present(replacement, at=AFTER)) == ["ADM-10"]
    scene.present(replacement, at=datetime(2026, 12, 3, 22, 0, tzinfo=UTC))
    with transaction():
        assert rules(lambda: write(scene.group, ("50", "25", "25"), at=NEXT)) == ["ADM-10"]


def test_a_stranger_does_not_present(scene):
    replacement = scene.ask()
    scene.prepare()
    with transaction():
        assert rules(lambda: present_replacement(replacement, by=member_of(scene.newcomer), at=NEXT)) == ["ADM-11"]


def test_the_buyer_waits_for_the_last_day_and_another_person_leaves_the_group_out(scene):
    replacement = scene.ask()
    out = {"is_accepted": False, "reason": "Personne n’a été présenté."}
    assert rules(lambda: scene.decide(replacement)) == ["ADM-10"]
    assert rules(lambda: scene.decide(replacement, **out, at=datetime(2026, 12, 3, 12, 0, tzinfo=UTC))) == ["ADM-10"]
    assert rules(lambda: scene.decide(replacement, **out, by=scene.buyer, at=AFTER)) == ["ADM-08"]
    assert rules(lambda: scene.decide(replacement, is_accepted=False, reason=" ", at=AFTER)) == ["ADM-10"]
    scene.decide(replacement, **out, at=AFTER)
    admission = session.scalars(select(Admission).where(Admission.supplier_id == scene.group.supplier_id)).one()
    assert (admission.state, scene.group.ended_at) == (AdmissionState.REMOVED, AFTER)
    assert "Personne n’a été présenté." in letters("replacement_decided")[0].body
    assert rules(lambda: scene.decide(replacement, at=AFTER)) == ["ADM-10"] * 2


def test_a_pending_application_is_refused_with_the_article(database):
    scene = Scene(is_admitted=False)
    scene.decide(scene.ask(), is_accepted=False, reason="Personne.", at=AFTER)
    assert scene.application.state == ApplicationState.REFUSED
    assert scene.application.decision_reasons == [{"requirement": TAXES, "sentence": "Personne."}]


def test_a_replacement_that_does_not_do_leaves_the_group_out_before_the_last_day(scene):
    replacement = scene.ask()
    scene.prepare()
    scene.present(replacement)
    scene.decide(replacement, is_accepted=False, reason="La cidrerie est exclue aussi.")
    assert scene.group.ended_at == NEXT


def test_while_a_new_text_is_signed_the_one_in_force_keeps_its_signatures(scene):
    before = scene.group.parts_in_force
    pdf = agreement_pdf(scene.group, in_force=True)
    scene.ask()
    scene.prepare()
    assert scene.group.parts_in_force == before and all(part.signed_at == FORMED and part.signatory for part in before)
    assert agreement_pdf(scene.group, in_force=True) == pdf
