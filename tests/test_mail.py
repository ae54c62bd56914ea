"""Mail: SMTP servers that accept, refuse, stall or die, and the local outbox."""

import socket
import stat
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from sad import clock, mail
from sad.letters.messages import as_message
from sad.mail import NotSent, Outbox, ServerDown, SmtpTransport
from sad.models.letters import Letter

SECRET = "a-secret-of-tests"


class Postman:
    """A server's behaviour, with what it accepted."""

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.recipients: list[list[str]] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        self.accepted.append(mail.message_from_bytes(envelope.content, policy=mail.policy.default))
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"


class Choosy(Postman):
    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if address.startswith("gone"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


class Dying(Postman):
    """Takes the first message, then cuts the line instead of saying so; behaves afterwards."""

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.accepted) == 1:
            server.transport.abort()
        return answer


class Tired(Postman):
    """Accepts a message, then goes away before the next."""

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        server.loop.call_later(0.05, server.transport.close)
        return answer


class OnAnyPort(Controller):
    """A server on the port that the system gives it."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def served(postman: Postman, **options) -> Iterator[str]:
    controller = OnAnyPort(postman, hostname="127.0.0.1", port=0, **options)
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def postman(request: pytest.FixtureRequest) -> Postman:
    return getattr(request, "param", Postman)()


@pytest.fixture
def url(postman: Postman) -> Iterator[str]:
    yield from served(postman)


def message(to: str = "marie@pains.example", number: int = 1) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "sad@agglo.example", to, "Réponse à votre candidature"
    made["Message-ID"] = f"<0b6c-{number}@sad>"
    made.set_content("Vous êtes admise.\n")
    return made


def test_a_message_reaches_the_server_whole(postman: Postman, url: str):
    with_server = SmtpTransport(url)
    with_server.send(message())
    with_server.close()
    received = postman.accepted[0]
    assert received["Subject"] == "Réponse à votre candidature"
    assert received["Message-ID"] == "<0b6c-1@sad>"
    assert received.get_content().strip() == "Vous êtes admise."


@pytest.mark.parametrize("postman", [Choosy], indirect=True)
def test_a_refused_recipient_does_not_keep_the_others_waiting(postman: Postman, url: str):
    server = SmtpTransport(url)
    with pytest.raises(NotSent, match=r"550 5\.1\.1 no such mailbox") as refused:
        server.send(message("gone@nowhere.example"))
    assert not isinstance(refused.value, ServerDown)
    server.send(message(number=2))
    server.close()
    assert postman.recipients == [["marie@pains.example"]]


@pytest.mark.parametrize("postman", [Dying], indirect=True)
def test_a_server_that_dies_while_it_answers_leaves_the_message_unsent(postman: Postman, url: str):
    server = SmtpTransport(url)
    with pytest.raises(ServerDown):
        server.send(message())
    server.send(message())
    server.close()
    assert [received["Message-ID"] for received in postman.accepted] == ["<0b6c-1@sad>", "<0b6c-1@sad>"]


@pytest.mark.parametrize("postman", [Tired], indirect=True)
def test_a_line_that_was_cut_between_two_messages_is_opened_again(postman: Postman, url: str):
    server = SmtpTransport(url)
    server.send(message())
    while server._server is not None and server._answers(server._server):
        pass
    server.send(message(number=2))
    server.close()
    assert len(postman.accepted) == 2


def test_a_server_that_says_nothing_is_given_up_after_the_time_limit():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        server = SmtpTransport(f"smtp://127.0.0.1:{mute.getsockname()[1]}", timeout=0.2)
        with pytest.raises(ServerDown, match=r"(?i)timed out"):
            server.send(message())


def test_a_server_that_is_not_there_is_down():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ServerDown, match=r"(?i)refused"):
        SmtpTransport(f"smtp://127.0.0.1:{port}").send(message())


def test_the_name_and_secret_of_the_address_open_the_server(postman: Postman):
    def recognise(server, session, envelope, mechanism, data) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"sad@agglo", SECRET.encode()), handled=False)

    for url in served(postman, authenticator=recognise, auth_require_tls=False):
        server = SmtpTransport(url.replace("//", f"//sad%40agglo:{SECRET}@"))
        server.send(message())
        server.close()
        with pytest.raises(ServerDown, match="535"):
            SmtpTransport(url.replace("//", "//sad%40agglo:wrong@")).send(message())
    assert len(postman.accepted) == 1


def test_a_secret_is_never_sent_in_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch, postman: Postman, url: str):
    monkeypatch.setattr(mail, "_is_loopback", lambda host: False)
    with pytest.raises(ServerDown, match="in clear"):
        SmtpTransport(url.replace("//", f"//sad:{SECRET}@")).send(message())
    assert postman.accepted == []


def test_a_server_without_the_encryption_that_was_asked_for_gets_nothing(postman: Postman, url: str):
    with pytest.raises(ServerDown, match="STARTTLS"):
        SmtpTransport(url.replace("smtp:", "smtp+starttls:")).send(message())
    assert postman.accepted == []


def test_the_outbox_keeps_one_private_file_per_message(tmp_path: Path):
    outbox = Outbox(tmp_path / "outbox")
    outbox.send(message())
    outbox.send(message())
    outbox.send(message(number=2))
    files = sorted(outbox.folder.iterdir())
    assert [file.name for file in files] == ["0b6c-1.eml", "0b6c-2.eml"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    kept = outbox.read("<0b6c-2@sad>")
    assert kept is not None and kept["To"] == "marie@pains.example"
    assert outbox.read("<unknown@sad>") is None


def test_an_outbox_name_never_leaves_its_folder(tmp_path: Path):
    outbox = Outbox(tmp_path / "outbox")
    (tmp_path / "secret.eml").write_text("Subject: no\n\nno")
    assert outbox.read("<../secret@sad>") is None


def test_without_a_server_mail_goes_to_the_outbox_of_the_data_directory(settings):
    with mail.transport(settings) as transport:
        transport.send(message())
    assert (settings.data_dir / "outbox" / "0b6c-1.eml").exists()


@pytest.mark.parametrize("typed", ["Fournil\r\nBcc: rival@autre.example", "Fournil\nSubject: autre", "Le\u2028Four\x0bBcc: a@b.example"])
def test_no_name_or_subject_adds_a_header(typed: str):
    known = {"to_email": "nadia@fournil.example", "body": "Bonjour.", "message_id": "<1@sad>", "created_at": clock.now()}
    letter = Letter(to_name=typed, subject=typed, **known)
    message = as_message(letter, sender="sad@agglo.example")
    assert sorted(set(message.keys())) == sorted(
        {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    )
    assert [address.addr_spec for address in message["To"].addresses] == ["nadia@fournil.example"]
    assert message.as_bytes().partition(b"\n\n")[0].count(b"\nBcc:") == 0
