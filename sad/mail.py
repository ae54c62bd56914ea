"""How mail leaves: by SMTP, or into a local folder where there is no server (development); and what comes back of it (RFC 3464)."""

import contextlib
import os
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from sad.settings import Settings

TIMEOUT = 20.0  # seconds without a word from the server
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class NotSent(Exception):
    """This message did not leave, others may; it can be tried again later."""


class ServerDown(NotSent):
    """The server does not answer or lets nobody in: no other message would leave now."""


class Transport(Protocol):
    """What takes messages away."""

    def send(self, message: EmailMessage) -> None:
        """Hand one message over. Raises `NotSent`."""


@contextlib.contextmanager
def transport(settings: Settings) -> Iterator[Transport]:
    """The transport of the settings, for as long as one batch of mail lasts."""
    if settings.smtp_url is None:
        yield Outbox(settings.data_dir / "outbox")
        return
    server = SmtpTransport(settings.smtp_url)
    try:
        yield server
    finally:
        server.close()


@dataclass(frozen=True, slots=True)
class Outbox:
    """A folder with one `.eml` file per message; the same message again replaces its file."""

    folder: Path

    def send(self, message: EmailMessage) -> None:
        """Write the message whole, or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(message["Message-ID"])
        temporary = path.with_suffix(".tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.as_bytes())
        temporary.replace(path)

    def read(self, message_id: str) -> EmailMessage | None:
        """The message of that id; None when it is not there."""
        try:
            content = self._path(message_id).read_bytes()
        except FileNotFoundError:
            return None
        return message_from_bytes(content, policy=policy.default)

    def _path(self, message_id: str) -> Path:
        name = "".join(letter for letter in message_id.partition("@")[0] if letter.isalnum() or letter == "-")
        return self.folder / f"{name}.eml"


class SmtpTransport:
    """A server at `smtp://` (STARTTLS when it offers it), `smtp+starttls://` (always) or `smtps://`, with `name:secret@` if need be.

    The connection is opened for the first message and kept for the next ones.
    """

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        self._url, self._timeout = urlsplit(url), timeout
        self._server: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        """Hand one message to the server. Raises `ServerDown`, or `NotSent` when it refuses this one only."""
        server = self._connected()
        try:
            server.send_message(message)
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            self.close()
            raise ServerDown(_said(error)) from error
        except (OSError, ValueError) as error:  # every other SMTPException is an OSError
            raise NotSent(_said(error)) from error

    def close(self) -> None:
        """Leave the server; whether or not it says goodbye."""
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None and self._answers(self._server):
            return self._server
        try:
            self._server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise ServerDown(_said(error)) from error
        return self._server

    def _answers(self, server: smtplib.SMTP) -> bool:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            return server.noop()[0] == 250
        return False

    def _connect(self) -> smtplib.SMTP:
        scheme, host = self._url.scheme, self._url.hostname or ""
        port, context = self._url.port or PORTS[scheme], ssl.create_default_context()
        if scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=self._timeout)
        try:
            self._secure(server, context)
            self._log_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _secure(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        """Encrypt where it can be; a relay on this very machine seldom has a certificate that could be checked."""
        server.ehlo()
        offered = server.has_extn("starttls") and not _is_loopback(self._url.hostname or "")
        if self._url.scheme == "smtp+starttls" or (self._url.scheme == "smtp" and offered):
            server.starttls(context=context)

    def _log_in(self, server: smtplib.SMTP) -> None:
        if not self._url.username:
            return
        if not isinstance(server.sock, ssl.SSLSocket) and not _is_loopback(self._url.hostname or ""):
            raise smtplib.SMTPException("the server offers no encryption: the secret of SAD_SMTP_URL is not sent in clear")
        server.login(unquote(self._url.username), unquote(self._url.password or ""))


def read_bounces(notice: bytes) -> list[tuple[str, str]]:
    """The Message-ID of the mail that came back for good, with what the server says; nothing when the notice is of another kind.

    A delay is no bounce; a notice that does not quote the mail's own headers says nothing that can be used.
    """
    message = message_from_bytes(notice, policy=policy.default)
    reasons = list(_failures(message))
    quoted = _message_id(message)
    return [(quoted, " ; ".join(reasons))] if reasons and quoted else []


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _said(error: Exception) -> str:
    """What went wrong, on one line; a server's own words are kept."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def _failures(message: Message) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            failed = (block for block in _inside(part) if str(block.get("Action", "")).strip().lower() == "failed")
            yield from (_words(str(block.get("Diagnostic-Code") or block.get("Status") or "sans motif")) for block in failed)


def _message_id(message: Message) -> str:
    """Of the mail that the notice quotes, whole or by its headers."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            return next((_words(str(quoted.get("Message-ID", ""))) for quoted in _inside(part)), "")
        if part.get_content_type() == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            return _words(str(message_from_bytes(headers).get("Message-ID", ""))) if isinstance(headers, bytes) else ""
    return ""


def _inside(part: Message) -> list[Message]:
    """The messages, or the blocks of headers, that a part holds."""
    held = part.get_payload()
    return [each for each in held if isinstance(each, Message)] if isinstance(held, list) else []


def _words(text: str) -> str:
    return " ".join(text.split())
