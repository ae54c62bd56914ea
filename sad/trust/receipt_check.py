"""Is this receipt genuine? Reads its file and the list of published keys, and nothing else: no network, no database.

This file needs Python 3.11 and the `cryptography` package alone, so that anybody may take it away and run it years later:
`python3 receipt_check.py ACCUSE.json CLES.json` (0: genuine, 1: not, 2: a file that cannot be read).
"""

import hashlib
import json
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "sad-receipt/2"
RECEPTION = "sad-reception/1"  # provisional: received while the database did not answer, registered later
KEYS_FORMAT = "sad-receipt-keys/1"
SIGNATURE = re.compile("[0-9a-f]{128}")
AROUND = " \t\r\n"  # what an editor may add at the ends of a file without changing what it says
NOT_GENUINE, UNREADABLE = 1, 2
USAGE = "Écrire : python3 receipt_check.py ACCUSE.json CLES.json"

Keys = Mapping[str, bytes]


class NotGenuine(Exception):
    """The receipt is not, bit for bit, one that the holder of these keys signed (French sentence)."""


class BadKeys(Exception):
    """The list of keys is not one, or contradicts itself (French sentence)."""


def fingerprint(public_key: bytes) -> str:
    """How a key is named: SHA-256 of its 32 bytes, in hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()


def read_keys(file: bytes) -> Keys:
    """Each public key of a published list, under its fingerprint, which is computed here and not believed. Raises `BadKeys`."""
    try:
        listed = json.loads(file)
        if listed["format"] != KEYS_FORMAT:
            raise ValueError(listed["format"])
        keys = {key["key_id"]: bytes.fromhex(key["public_key"]) for key in listed["keys"]}
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise BadKeys("Ce fichier n’est pas une liste de clés de ce site.") from fault
    if any(fingerprint(public) != key_id for key_id, public in keys.items()):
        raise BadKeys("Cette liste de clés a été modifiée : une clé n’a pas l’empreinte annoncée.")
    return keys


def check_receipt(file: bytes, keys: Keys, *, formats: Collection[str] = (FORMAT,)) -> dict[str, Any]:
    """What a genuine receipt says. Raises `NotGenuine` for one altered by a single bit, or signed with any other key."""
    text, said = _read(file)
    if said.get("format") not in formats:
        raise NotGenuine("Ce fichier n’est pas un accusé de réception signé de ce site.")
    if _canonical(said) != text:
        raise NotGenuine("Ce fichier a été modifié : il n’est plus, octet pour octet, celui qui a été remis.")
    body = {name: value for name, value in said.items() if name != "signature"}
    _check_signature(_canonical(body).encode(), said.get("signature"), keys.get(str(said.get("key_id"))))
    return body


def _read(file: bytes) -> tuple[str, dict[str, Any]]:
    try:
        text = file.decode().strip(AROUND)
        said = json.loads(text, parse_float=_refuse_number, parse_constant=_refuse_number)
        text.encode()
        if not isinstance(said, dict):
            raise ValueError("not a mapping")
        _canonical(said).encode()
    except (ValueError, RecursionError) as fault:
        raise NotGenuine("Ce fichier ne se lit pas : ce n’est pas un accusé de réception, ou il est abîmé.") from fault
    return text, said


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text}: receipts hold whole numbers only")


def _canonical(value: Mapping[str, Any]) -> str:
    """The only spelling that is signed: keys in order, no spaces, accents as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _check_signature(signed: bytes, signature: Any, public_key: bytes | None) -> None:
    if public_key is None:
        raise NotGenuine("Cet accusé est signé avec une clé que la liste ne connaît pas.")
    if not isinstance(signature, str) or not SIGNATURE.fullmatch(signature):
        raise NotGenuine("La signature de ce fichier n’en est pas une.")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), signed)
    except (InvalidSignature, ValueError) as fault:
        raise NotGenuine("La signature ne correspond pas : le contenu a été modifié, ou signé avec une autre clé.") from fault


def told(body: Mapping[str, Any]) -> list[str]:
    """A genuine receipt in a few lines, for a person; instants are in universal time."""
    if body["format"] == RECEPTION:
        return _told_provisional(body)
    documents = [f"  {each['name']} ({each['size']} octets, empreinte avec sel {each['salted_sha256']})" for each in body["documents"]]
    return [
        "Cet accusé de réception est authentique : pas un caractère n’a changé depuis sa signature.",
        f"Déposant : {body['depositor']}",
        f"Acheteur : {body['buyer']}",
        f"Consultation : {body['title']} ; {body['object']}",
        f"Reçu le : {body['received_at']} ; {_standing(body)}",
        f"Journal : ligne {body['journal']['seq']}, empreinte {body['journal']['hash']}",
        f"Signé avec la clé : {body['key_id']}",
        "Documents reçus :",
        *documents,
    ]


def _standing(body: Mapping[str, Any]) -> str:
    if "trial" in body:
        return "ESSAI, QUI N’EST PAS UNE OFFRE"
    return f"date limite : {body['closes_at']} ; {'HORS DÉLAI' if body['late'] else 'à temps'}"


def _told_provisional(body: Mapping[str, Any]) -> list[str]:
    return [
        "Cet accusé provisoire est authentique : pas un caractère n’a changé depuis sa signature.",
        "L’offre est reçue. Elle n’était pas encore enregistrée : l’accusé de réception définitif le dit.",
        f"Déposant : {body['depositor']}",
        f"Acheteur : {body['buyer']}",
        f"Consultation : {body['title']} ; {body['object']}",
        f"Reçu le : {body['received_at']} ; date limite affichée : {body['closes_at']} ; {'HORS DÉLAI' if body['late'] else 'à temps'}",
        f"Empreinte du brouillon scellé qui est déposé : {body['draft_stamp']}",
        f"Signé avec la clé : {body['key_id']}",
    ]


def main(arguments: Sequence[str]) -> int:
    """The command: prints what the receipt says, or why it is refused."""
    if len(arguments) != 2:
        sys.stderr.write(f"{USAGE}\n")
        return UNREADABLE
    try:
        file, keys = (Path(name).read_bytes() for name in arguments)
        lines = told(check_receipt(file, read_keys(keys), formats=(FORMAT, RECEPTION)))
    except NotGenuine as refused:
        sys.stderr.write(f"REFUSÉ. {refused}\n")
        return NOT_GENUINE
    except (OSError, BadKeys) as fault:
        sys.stderr.write(f"{fault}\n")
        return UNREADABLE
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
