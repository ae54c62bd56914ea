"""The two halves of an opening where the key of the mini-tender is shared: each opener gives its passphrase, on its own session."""

from typing import Any

from pyrage.x25519 import Identity
from sqlalchemy import Row, null, select

from sad.actions.opener_keys import unlocked
from sad.db import session
from sad.domain.errors import Refused, refuse
from sad.models.mini_tenders import MiniTender, MiniTenderState
from sad.models.openings import Opening
from sad.models.people import Person
from sad.trust.envelopes import SealBroken
from sad.trust.sealing import half_open_key, open_half_key, sharers_of, unwrap, wrap


def give_first_half(mini_tender: MiniTender, opening: Opening, passphrase: str, *, seal_key: bytes, by: Person) -> None:
    """Take off, as the first opener, what the passphrase of this person takes off; the opening keeps the rest for the others."""
    assert mini_tender.opener_keys is not None and mini_tender.wrapped_private_key is not None
    number, identity = unlocked(by, mini_tender.opener_keys, passphrase)
    try:
        opening.half_opened = half_open_key(
            mini_tender.wrapped_private_key, seal_key, context_of(mini_tender), number=number, identity=identity
        )
    except SealBroken as fault:
        raise nothing_opens() from fault


def release_key(mini_tender: MiniTender, opening: Opening, passphrase: str, *, seal_key: bytes, by: Person) -> Identity:
    """The private key of the mini-tender, as the second opener; a shared one is under the key file alone from then on."""
    assert mini_tender.wrapped_private_key is not None
    context = context_of(mini_tender)
    try:
        if mini_tender.opener_keys is None:
            return unwrap(mini_tender.wrapped_private_key, seal_key, context)
        number, identity = unlocked(by, mini_tender.opener_keys, passphrase)
        private = open_half_key(opening.half_opened or b"", seal_key, context, number=number, identity=identity)
    except SealBroken as fault:
        raise nothing_opens() from fault
    opening.half_opened, mini_tender.wrapped_private_key = None, wrap(private, seal_key, context)
    return private


def out_of_reach(seal_key: bytes) -> list[int]:
    """The numbers of the mini-tenders whose offers are still sealed and whose key this seal key does not open.

    A deposit for one of them is received all the same, since sealing takes its public key alone: to be mended before the opening.
    """
    columns = (MiniTender.id, MiniTender.public_key, MiniTender.wrapped_private_key, MiniTender.opener_keys, null().label("opened_at"))
    sealed = select(*columns).where(MiniTender.state == MiniTenderState.PUBLISHED).order_by(MiniTender.id)
    return [row.id for row in session.execute(sealed) if not opens_with(row, seal_key)]


def opens_with(row: Row[Any], seal_key: bytes) -> bool:
    """Does this seal key open the key of a mini-tender, or its part of one shared among openers? Nothing sealed is opened to know it.

    The row has `id`, `public_key`, `wrapped_private_key`, `opener_keys`, and `opened_at` when its offers were opened.
    """
    context, wrapped = f"mini_tender:{row.id}", row.wrapped_private_key
    try:
        if row.opener_keys is not None and row.opened_at is None:
            return bool(sharers_of(wrapped, seal_key, context) == set(row.opener_keys))
        return bool(str(unwrap(wrapped, seal_key, context).to_public()) == row.public_key)
    except SealBroken:
        return False


def context_of(mini_tender: MiniTender) -> str:
    """What binds a wrapped key to its mini-tender."""
    return f"mini_tender:{mini_tender.id}"


def nothing_opens() -> Refused:
    """The refusal that says that the key file in place is not the one of the publication."""
    remedy = "Demander à l’administrateur technique de remettre le fichier de clé qui servait à la publication."
    return refuse("La clé de cette consultation ne s’ouvre pas : rien n’est ouvert.", remedy, rule="REC-01")
