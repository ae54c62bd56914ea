"""Drafts: sealed, read again as typed, never lost between two people."""

import pytest

from sad.actions.offer_drafts import discard_offer_draft, draft_of, read_draft, save_offer_draft, stamp_of
from sad.actions.offer_terms import terms_of
from sad.actions.publications import invitees_of
from sad.db import session, transaction
from sad.domain.errors import Refused
from sad.trust.envelopes import SealBroken
from tests.factories.mini_tenders import SEAL_KEY, make_published
from tests.factories.offers import IN_TIME, PDF, offered
from tests.factories.suppliers import member_of


@pytest.fixture
def mini_tender(database):
    found = make_published(suppliers=2)
    session.commit()
    return found


@pytest.fixture
def supplier(mini_tender):
    return invitees_of(mini_tender)[0]


def save(mini_tender, supplier, stamp="", files=(), **parts):
    with transaction():
        content = offered(mini_tender, supplier, **parts)
        return save_offer_draft(
            mini_tender, supplier, content, files, stamp=stamp, seal_key=SEAL_KEY, by=member_of(supplier), at=IN_TIME
        )


def read(mini_tender, supplier, seal_key=SEAL_KEY):
    return read_draft(draft_of(mini_tender, supplier), terms_of(mini_tender, supplier, at=IN_TIME), seal_key=seal_key)


def test_a_draft_is_read_again_as_it_was_typed_even_unfinished(mini_tender, supplier):
    typed = {"intermediaries": "peut-être un", "direct_supply_pct": "12,5"}
    save(mini_tender, supplier, prices=("3.10", None), vat=None, values=typed, note="À voir", files=[PDF])
    draft = read(mini_tender, supplier)
    assert [str(line.unit_price) for line in draft.content.lines] == ["3.1", "None"]
    assert draft.content.values == {"intermediaries": "peut-être un", "direct_supply_pct": "12.5"}
    assert (draft.content.note, draft.files, draft.saved_at) == ("À voir", (PDF,), IN_TIME)


def test_the_second_of_two_people_who_write_one_draft_is_told(mini_tender, supplier):
    first = stamp_of(save(mini_tender, supplier))
    second = stamp_of(save(mini_tender, supplier, stamp=first, note="Au levain"))
    with pytest.raises(Refused):
        save(mini_tender, supplier, stamp=first, note="Sans levain")
    with pytest.raises(Refused):
        save(mini_tender, supplier, note="Nouveau")
    assert (read(mini_tender, supplier).content.note, first == second) == ("Au levain", False)


def test_a_draft_opens_neither_with_another_key_nor_for_another_supplier(mini_tender, supplier):
    draft = save(mini_tender, supplier)
    with pytest.raises(SealBroken):
        read(mini_tender, supplier, seal_key=b"another-seal-key-for-tests-0123456789")
    draft.supplier_id = invitees_of(mini_tender)[1].id
    session.commit()
    with pytest.raises(SealBroken):
        read(mini_tender, invitees_of(mini_tender)[1])


def test_a_discarded_draft_is_gone(mini_tender, supplier):
    draft = save(mini_tender, supplier)
    with transaction():
        discard_offer_draft(draft, by=member_of(supplier), at=IN_TIME)
    assert draft_of(mini_tender, supplier) is None
