"""The record of an opening as PDF: who, when, what came in time and late; accessible, the same bytes each time."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from sad.actions.opening_records import opening_record_of
from sad.actions.openings import opening_of
from sad.letters.wording import instant, siret
from sad.models.mini_tenders import MiniTender
from sad.reports.opening import OpeningRecord, opening_content, opening_file_name, opening_pdf
from tests.factories.evaluations import Tender, make_offer_row, make_opened
from tests.factories.mini_tenders import CLOSES
from tests.factories.suppliers import make_supplier


@pytest.fixture
def mini_tender(database) -> MiniTender:
    return make_opened(Tender(), Tender(("4.00", "5.00")), title='Buffet #panic("x") $1$ *gras*')


def record_of(mini_tender: MiniTender) -> OpeningRecord:
    return opening_record_of(mini_tender, opening_of(mini_tender))


def words(pdf: bytes) -> str:
    return "".join(filter(str.isalnum, "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)))


def test_the_record_holds_people_instants_and_envelopes_and_can_be_read_aloud(mini_tender):
    record = record_of(mini_tender)
    pdf, content = opening_pdf(mini_tender, record), opening_content(mini_tender, record)
    reader, text = PdfReader(io.BytesIO(pdf)), words(pdf)
    said = [cell for row in (*content["facts"], *content["in_time"], *content["envelopes"]) for cell in row]
    for line in (*said, content["ended"], content["head"]):
        assert "".join(filter(str.isalnum, line)) in text
    assert "panicx1gras" in text, "what a person wrote is never taken for commands"
    assert reader.trailer["/Root"]["/Lang"].startswith("fr") and "/StructTreeRoot" in reader.trailer["/Root"]
    assert opening_pdf(mini_tender, record) == pdf
    assert opening_file_name(record) == f"proces-verbal-ouverture-{mini_tender.id}-2026-12-07.pdf"


def test_a_late_offer_is_named_and_nothing_of_it_is_said(mini_tender):
    late = make_offer_row(mini_tender, make_supplier(name="Ferme du Retard"), received_at=CLOSES + timedelta(seconds=1))
    record = record_of(mini_tender)
    assert [offer.id for offer in record.late] == [late.id] and late not in record.in_time
    assert "FermeduRetard" in words(opening_pdf(mini_tender, record))
    assert opening_content(mini_tender, record)["late"] == [
        [f"Ferme du Retard, SIRET {siret(late.supplier.siret)}", instant(CLOSES + timedelta(seconds=1))]
    ]


def test_a_broken_envelope_is_said(mini_tender):
    record = record_of(mini_tender)
    record.in_time[0].is_opened, record.in_time[0].content, record.in_time[0].total = False, None, None
    record.in_time[0].seal_fault = "Le pli ne s’ouvre pas."
    content = opening_content(mini_tender, record)
    assert content["broken"] == [f"{record.in_time[0].supplier.name}\u00a0: Le pli ne s’ouvre pas."]
    assert content["in_time"][0][2] == "ne s’ouvre pas"


def test_nobody_answered_and_the_record_says_what_follows(database):
    mini_tender = make_opened()
    assert "infructueuse" in words(opening_pdf(mini_tender, record_of(mini_tender)))
