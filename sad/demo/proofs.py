"""The stories of the awardees that prove: papers sent the next day, the register read, all accepted before the notification."""

from datetime import datetime, timedelta

from sad.actions.letters import people_of
from sad.actions.proof_decisions import decide_proof
from sad.actions.proof_deposits import give_proof, read_register
from sad.actions.proofs import request_of
from sad.demo.papers import paper
from sad.demo.setting import Setting
from sad.demo.stories import Story
from sad.domain.calendar import paris_day
from sad.domain.proofs import Standing, is_asked
from sad.models.awards import Award
from sad.models.proofs import AwaitedProof, GivenProof
from sad.storage import StoredFile, UploadedFile, check_files, put

REGISTER = "Annuaire des entreprises : inscrite au registre national, en activité."
AGE = timedelta(days=9)


def proof_story(award: Award, setting: Setting, decided_at: datetime) -> Story:
    """The company sends what it is asked, the buyer reads it the day after and looks at the register."""
    given_at, read_at = decided_at + timedelta(hours=18), decided_at + timedelta(hours=21)
    yield given_at
    for awaited in _awaited(award):
        if is_asked(awaited.proof) and awaited.standing(paris_day(given_at)) is Standing.AWAITED:
            _give(awaited, setting, given_at)
    yield read_at
    for awaited in _awaited(award):
        if awaited.standing(paris_day(read_at)) is not Standing.ACCEPTED:
            _accept(awaited, setting, read_at)


def _awaited(award: Award) -> list[AwaitedProof]:
    request = request_of(award)
    assert request is not None
    return list(request.awaited)


def _give(awaited: AwaitedProof, setting: Setting, at: datetime) -> GivenProof:
    supplier, issued_on = awaited.supplier, paris_day(at) - AGE
    body = paper(awaited.label, supplier.name, issued_on)
    file: StoredFile = put(setting.data_dir, check_files([UploadedFile(f"{awaited.label}.pdf", body)])[0])
    return give_proof(awaited, file, issued_on=issued_on, siret=supplier.siret, by=people_of(supplier)[0], at=at)


def _accept(awaited: AwaitedProof, setting: Setting, at: datetime) -> GivenProof:
    buyer = setting.agent("buyer")
    if not is_asked(awaited.proof):
        return read_register(awaited, REGISTER, issued_on=paris_day(at), siret=awaited.supplier.siret, by=buyer, at=at)
    given = awaited.last
    assert given is not None
    return decide_proof(given, "accepted", "", by=buyer, at=at)
