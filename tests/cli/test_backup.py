"""A backup and the way back from it, on both engines, as two people at a console live it."""

import json
import shutil
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text, update
from sqlalchemy.engine import make_url

from sad import clock, db, migrations, spool
from sad.actions.journal import record
from sad.backups.approval import Approval, Signature
from sad.backups.manifest import BadBackup
from sad.backups.restoring import check_backup, restore_backup, what_is_there
from sad.backups.saving import save_backup
from sad.db import Base, session, transaction
from sad.models.documents import Document
from sad.models.journal import JournalBody, JournalEntry, JournalHead
from sad.models.organisations import Organisation
from sad.models.people import PasswordReset, Person, Role
from sad.models.sign_ins import SignIn
from sad.storage import UploadedFile, check_files, path_of, put
from sad.trust.signing import WrappedKey
from tests.factories.altered_backups import ALTERED
from tests.factories.mini_tenders import SEAL_KEY, SENT
from tests.factories.offers import PDF
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person
from tests.factories.second_factors import give_factor, shown
from tests.factories.second_factors import wrong as another
from tests.factories.sign_ins import make_sign_in
from tests.factories.sound import make_sound
from tests.factories.suppliers import make_supplier
from tests.factories.tampering import unguarded

pytestmark = pytest.mark.own_database
ADA, PAUL, CLAIRE = "ada@agglo.example", "paul@agglo.example", "claire@agglo.example"
SECRET = "a-secret-key-for-tests-0123456789-abcdef"


@pytest.fixture
def keys(monkeypatch, tmp_path) -> Path:
    path = tmp_path / "etc" / "seal.key"
    path.parent.mkdir()
    path.write_bytes(SEAL_KEY)
    monkeypatch.setenv("SAD_SEAL_KEY_FILE", str(path))
    monkeypatch.setenv("SAD_SECRET_KEY", SECRET)
    return path


@pytest.fixture
def site(database, settings, keys):
    """Some people, a line or two of journal, a document on disk."""
    with transaction():
        organisation = make_organisation()
        make_people(organisation)
        record("note_thing", organisation, by=None, at=SENT)
        file = put(settings.data_dir, check_files([UploadedFile(PDF.name, PDF.body)])[0])
        kept = {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256, "storage_key": file.key}
        session.add(Document(supplier_id=make_supplier().id, uploaded_by=make_person().id, uploaded_at=SENT, **kept))
    return settings


def make_people(organisation: Organisation) -> None:
    make_person(None, Role.ADMINISTRATOR, email=ADA)
    make_person(organisation, Role.AUDITOR, email=PAUL)
    make_person(organisation, Role.BUYER, email=CLAIRE)


@pytest.fixture
def place(tmp_path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def saved(site, run, place) -> Path:
    result = run("backup", str(place))
    assert result.exit_code == 0, result.output
    return place


@pytest.fixture
def restore(run, database):
    """The command with its two people; the session speaks to the test's database again afterwards."""

    def command(folder: Path, *words: str, by=ADA, second=PAUL, reason="Disque perdu.", passwords=(PASSWORD, PASSWORD), codes=("", "")):
        db.session.remove()
        database.dispose()
        people = ("--by", by, "--with", second, "--reason", reason)
        typed = "".join(f"{password}\n{code}\n" for password, code in zip(passwords, codes, strict=True))
        result = run("restore", str(folder), *people, *words, input=typed)
        db.session.remove()
        db.session.configure(bind=database)
        return result.exit_code, result.output.replace("\N{NO-BREAK SPACE}", " ")

    return command


def destroy(settings, database) -> None:
    """The machine is lost: neither database nor documents."""
    db.session.remove()
    if database.dialect.name == "postgresql":
        with database.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    else:
        database.dispose()
        for left in (path := Path(make_url(settings.database_url).database)).parent.glob(f"{path.name}*"):
            left.unlink()
    database.dispose()
    shutil.rmtree(settings.data_dir / "documents", ignore_errors=True)


def contents() -> dict[str, int]:
    return {table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}


def head() -> tuple[int, str]:
    last = session.execute(select(JournalHead.seq, JournalHead.hash)).one()
    return last.seq, last.hash


def test_a_lost_machine_comes_back_whole(database, settings, keys, run, place, restore):
    make_sound(settings.data_dir)
    with transaction():
        make_people(session.scalars(select(Organisation).limit(1)).one())
    before, kept = contents(), head()
    highest = session.scalar(select(func.max(Person.id)))
    session.remove()
    assert run("backup", str(place)).exit_code == 0
    destroy(settings, database)
    code, said = restore(place)
    assert code == 0 and f"ligne {kept[0] + 1} " in said and "Aucune empreinte" in said
    assert {**before, "journal": kept[0] + 1, "journal_bodies": before["journal_bodies"] + 1} == contents()
    line = session.get_one(JournalEntry, kept[0] + 1)
    told = session.get_one(JournalBody, line.seq).body
    assert (line.action, line.prev_hash, line.actor) == ("restore_backup", kept[1], f"person:{_person(ADA).id}")
    assert (told["approvers"], told["reason"], told["lost"]) == ([ADA, PAUL], "Disque perdu.", [])
    examined = run("doctor")
    assert examined.exit_code == 0, examined.output
    with transaction():
        assert make_person().id > highest, "numbers go on where they were"


def test_a_deposit_that_waits_outside_the_base_is_in_the_backup_and_comes_back(site, run, place, restore):
    spool.keep(site.data_dir, "0" * 32, b'{"signed": 1}')
    spool.lay_by(site.data_dir, WrappedKey("a" * 64, b"p" * 32, b"wrapped"))
    session.remove()
    assert run("backup", str(place)).exit_code == 0
    shutil.rmtree(site.data_dir / "spool")
    code, said = restore(place, "--force")
    assert code == 0, said
    assert spool.waiting(site.data_dir) == ["0" * 32] and spool.read(site.data_dir, "0" * 32) == b'{"signed": 1}'
    assert spool.key_at_hand(site.data_dir, "a" * 64) == WrappedKey("a" * 64, b"p" * 32, b"wrapped")


def test_sessions_and_links_of_before_no_longer_serve(site, run, place, restore):
    with transaction():
        here, link = make_sign_in(_person(ADA), at=SENT).id, make_reset(_person(PAUL))
    session.remove()
    assert run("backup", str(place)).exit_code == 0 and restore(place, "--force")[0] == 0
    assert session.get_one(SignIn, here).ended_at is not None and session.get_one(PasswordReset, link).used_at is not None


def test_a_restore_over_a_living_base_says_which_acts_are_lost(saved, site, restore):
    kept = head()
    with transaction():
        record("note_thing", session.scalars(select(Organisation)).first(), by=None, at=SENT)
    lost = head()
    code, said = restore(saved)
    assert code == 2 and "n’est pas vide" in said and head() == lost
    code, said = restore(saved, "--force")
    assert code == 0 and f"RETOUR EN ARRIÈRE : la base qui est là connaît la ligne {lost[0]}" in said
    assert f"Les actes des lignes {kept[0] + 1} à {lost[0]} seront perdus" in said
    assert session.get_one(JournalBody, kept[0] + 1).body["lost"] == [{"seq": lost[0], "hash": lost[1]}]


def test_an_outside_head_tells_a_return_and_refuses_another_past(saved, site, restore, database, tmp_path):
    seq, _ = head()
    destroy(site, database)
    receipt, list_of_heads, of_nothing = tmp_path / "accuse.json", tmp_path / "heads.txt", tmp_path / "menu.txt"
    receipt.write_text(json.dumps({"journal": {"seq": seq + 5, "hash": "e" * 64}}))
    list_of_heads.write_text(f"2026-11-24T09:00:00.000000Z day {seq}:{'f' * 64}\n")
    of_nothing.write_text("Pogne")
    code, said = restore(saved, "--head", str(list_of_heads))
    assert code == 2 and f"dit autre chose de la ligne {seq}" in said
    assert restore(saved, "--head", str(of_nothing))[0] == 2
    code, said = restore(saved, "--head", str(receipt))
    assert code == 0 and f"RETOUR EN ARRIÈRE : une empreinte gardée ailleurs connaît la ligne {seq + 5}" in said


APPROVALS = [
    ({"second": ADA}, "sont la même"),
    ({"passwords": (PASSWORD, "wrong")}, f"{PAUL} : l’adresse, le mot de passe ou le code"),
    ({"passwords": ("wrong", "wrong")}, f"{ADA} : l’adresse, le mot de passe ou le code"),
    ({"second": CLAIRE}, "Il faut un administrateur"),
    ({"by": PAUL, "second": CLAIRE}, "Il faut un administrateur"),
    ({"second": "personne@agglo.example"}, "l’adresse, le mot de passe ou le code"),
    ({"reason": " "}, "La raison n’est pas écrite"),
]


def test_two_people_decide_it_on_the_base_that_is_there_or_on_the_backup(saved, site, restore, database):
    before = head()
    for wrong, words in APPROVALS:
        code, said = restore(saved, "--force", **wrong)
        assert code == 2 and words in said, wrong
    assert head() == before
    with transaction():
        _person(PAUL).is_active = False
    assert restore(saved, "--force")[0] == 2, "an account closed since the backup decides nothing"
    destroy(site, database)
    for wrong, words in APPROVALS[:3]:
        code, said = restore(saved, **wrong)
        assert code == 2 and words in said, wrong
    assert restore(saved)[0] == 0


def test_whoever_has_an_application_gives_its_code_too(site, run, place, restore):
    with transaction():
        key = give_factor(_person(ADA))
    assert run("backup", str(place)).exit_code == 0
    for code in ("", another(key, clock.now())):
        status, said = restore(place, "--force", codes=(code, ""))
        assert status == 2 and f"{ADA} : l’adresse, le mot de passe ou le code" in said
    assert restore(place, "--force", codes=(shown(key, clock.now()), ""))[0] == 0


def test_an_altered_backup_is_refused_with_words_and_nothing_changes(saved, site, restore, tmp_path):
    before = head()
    for alter, words in ALTERED:
        folder = tmp_path / alter.__name__
        shutil.copytree(saved, folder)
        alter(folder)
        code, said = restore(folder, "--force")
        assert code == 2 and words in said, alter.__name__
    assert head() == before


def test_a_base_that_cannot_be_read_is_to_be_put_aside_first(saved, site, restore, database):
    if database.dialect.name == "postgresql":
        pytest.skip("PostgreSQL lit toujours sa base, ou ne répond pas")
    destroy(site, database)
    file = Path(make_url(site.database_url).database)
    file.write_bytes(b"not a database" * 1000)
    code, said = restore(saved, "--force")
    assert code == 2 and "La mettre de côté" in said
    file.unlink()
    assert restore(saved)[0] == 0


def test_another_key_file_is_refused(saved, restore, keys):
    keys.write_bytes(b"another-seal-key-0123456789-abcdefgh")
    assert "avec un autre fichier de clé" in restore(saved, "--force")[1]


def test_a_backup_of_a_rewritten_journal_is_refused(site, run, place, restore):
    with unguarded():
        session.execute(update(JournalEntry).where(JournalEntry.seq == 1).values(actor="person:7"))
    session.remove()
    assert run("backup", str(place)).exit_code == 0
    before = head()
    code, said = restore(place, "--force")
    assert code == 2 and "Le journal de cette sauvegarde ne tient pas" in said and head() == before


def test_no_key_is_in_a_backup_and_those_asked_for_are_written_apart(site, run, place, tmp_path):
    session.remove()
    for wrong in (place / "keys", place):
        assert run("backup", str(place), "--keys", str(wrong)).exit_code == 2
    apart = tmp_path / "apart"
    assert run("backup", str(place), "--keys", str(apart)).exit_code == 0
    kept = [path.read_bytes() for path in place.rglob("*") if path.is_file()]
    assert kept and not any(SEAL_KEY in body or SECRET.encode() in body for body in kept)
    assert {path.name: path.read_bytes() for path in apart.iterdir()} == {"seal.key": SEAL_KEY, "secret.key": SECRET.encode()}
    for path in (*place.rglob("*"), *apart.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_backup_never_replaces_another(saved, run):
    again = run("backup", str(saved))
    assert again.exit_code == 2 and "n’est pas vide" in again.output


def test_a_missing_document_is_told_and_the_rest_is_saved(site, run, place, restore):
    key = session.scalars(select(Document.storage_key)).one()
    path_of(site.data_dir, key).unlink()
    session.remove()
    result = run("backup", str(place))
    assert result.exit_code == 1 and key in result.output
    assert restore(place, "--force")[0] == 0


def test_a_base_of_the_other_engine_is_not_offered(saved, site):
    other = "postgresql://localhost/x" if site.database_url.startswith("sqlite") else "sqlite:////tmp/x"
    with pytest.raises(BadBackup, match="SAD_DATABASE_URL"):
        check_backup(saved, replace(site, database_url=other))


def test_what_fails_half_way_leaves_the_base_as_it_was(saved, site, monkeypatch, database):
    before, there = head(), what_is_there(site)
    session.remove()
    manifest = check_backup(saved, site)

    def fail(*_args, **_named):
        raise BadBackup("Plus de courant.")

    monkeypatch.setattr("sad.backups.restoring.check_approval", lambda _approval, **_: None)
    monkeypatch.setattr("sad.backups.restoring.note_restoration", fail)
    with pytest.raises(BadBackup, match="courant"):
        restore_backup(saved, manifest, site, kept=(), approval=_approval(), there=there, at=SENT)
    db.session.remove()
    db.session.configure(bind=database)
    assert head() == before and _person(ADA).email == ADA


def test_a_backup_is_the_picture_of_one_instant_whatever_is_written_meanwhile(site, place, restore, monkeypatch):
    before = head()
    session.remove()

    def write_meanwhile():
        other = create_engine(session.get_bind().url)
        with other.begin() as connection:
            connection.execute(text("UPDATE journal_head SET seq = seq + 1"))
        other.dispose()
        return []

    monkeypatch.setattr("sad.backups.saving.kept_papers", write_meanwhile)
    saved = save_backup(place, site, at=SENT)
    assert (saved.manifest.head.seq, saved.manifest.head.hash) == before
    code, said = restore(place, "--force")
    assert code == 0, said


def test_a_backup_of_an_older_program_is_brought_up_to_date(site, place, restore, database, monkeypatch):
    kept = head()
    session.remove()
    migrations.downgrade(database, f"{int(migrations.newest()) - 1:04}")
    monkeypatch.setattr("sad.backups.saving.kept_papers", list)
    save_backup(place, site, at=SENT)
    destroy(site, database)
    code, said = restore(place)
    assert code == 0, said
    assert migrations.current(database) == migrations.newest() and head()[0] == kept[0] + 1


def test_a_backup_of_a_newer_program_is_refused(site, place, monkeypatch):
    session.remove()
    save_backup(place, site, at=SENT)
    monkeypatch.setattr("sad.migrations.is_known", lambda _revision: False)
    with pytest.raises(BadBackup, match="version plus récente"):
        check_backup(place, site)


def make_reset(person: Person) -> int:
    reset = PasswordReset(person=person, token_hash="0" * 64, asked_at=SENT, expires_at=SENT + timedelta(hours=1))
    session.add(reset)
    session.flush()
    return reset.id


def _approval() -> Approval:
    return Approval(Signature(ADA, PASSWORD), Signature(PAUL, PASSWORD), "Disque perdu.")


def _person(email: str) -> Person:
    return session.scalars(select(Person).where(Person.email == email)).one()
