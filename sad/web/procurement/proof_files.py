"""The proof file of a consultation, for a court: once its offers are opened, for those who buy and those who audit."""

from flask import Response

from sad import clock
from sad.actions.openings import opening_of
from sad.actions.proof_files import proof_file_of
from sad.reports.proof_file import ProofFile, proof_file_name, proof_json, proof_pdf
from sad.web.access import allow
from sad.web.procurement.mini_tenders import PROVING
from sad.web.procurement.opened import opened_mini_tender
from sad.web.uploads import as_download


@allow(*PROVING)
def paper(mini_tender_id: int) -> Response:
    """As PDF, to be read."""
    proof = _proof(mini_tender_id)
    return as_download(proof_pdf(proof), media_type="application/pdf", name=proof_file_name(proof, "pdf"))


@allow(*PROVING)
def data(mini_tender_id: int) -> Response:
    """As JSON, to be verified."""
    proof = _proof(mini_tender_id)
    return as_download(proof_json(proof), media_type="application/json", name=proof_file_name(proof, "json"))


def _proof(mini_tender_id: int) -> ProofFile:
    mini_tender = opened_mini_tender(mini_tender_id)
    opening = opening_of(mini_tender)
    assert opening is not None
    return proof_file_of(mini_tender, opening, at=clock.now())
