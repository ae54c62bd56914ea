"""A passkey's device in software: makes keys without attestation and answers as WebAuthn level 2 says, or lies on request."""

import base64
import hashlib
import json
import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Authenticator:
    """One key for one site; `counter` is 0 for those that do not count, as most telephones."""

    def __init__(self, *, counts: bool = False) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id, self.counter, self.counts = secrets.token_bytes(32), 0, counts

    def make(self, question: str, *, origin="http://localhost", site="localhost", flags=PRESENT | VERIFIED) -> str:
        options = json.loads(question)["publicKey"]
        key = cbor.encode(dict(ES256.from_cryptography_key(self.private.public_key())))
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        data = self._data(site, flags | ATTESTED) + attested
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", options["challenge"], origin)
        return self._answer({"clientDataJSON": text(said), "attestationObject": text(made), "transports": ["internal"]})

    def answer(self, question: str, *, origin="http://localhost", site="localhost", flags=PRESENT | VERIFIED, person=b"") -> str:
        self.counter += self.counts
        data = self._data(site, flags)
        said = self._said("webauthn.get", json.loads(question)["publicKey"]["challenge"], origin)
        signature = self.private.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        parts = {"clientDataJSON": said, "authenticatorData": data, "signature": signature, "userHandle": person}
        return self._answer({name: text(part) for name, part in parts.items()})

    def _data(self, site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _said(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict) -> str:
        named = {"id": text(self.id), "rawId": text(self.id), "type": "public-key"}
        return json.dumps({**named, "response": response, "clientExtensionResults": {}})
