"""The two halves of an opening where the key of the mini-tender is shared: each opener gives its passphrase, on its own session."""

from pyrage.x25519 import Identity  # type: ignore[import-untyped]

from sad.actions.opener_keys import unlocked
from sad.domain.errors import Refused, refuse
from sad.models.mini_tenders import MiniTender
from sad.models.openings import Opening
from sad.models.people import Person
from sad.trust.envelopes import SealBroken
from sad.trust.sealing import half_open_key, open_half_key, unwrap, wrap


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


def context_of(mini_tender: MiniTender) -> str:
    """What binds a wrapped key to its mini-tender."""
    return f"mini_tender:{mini_tender.id}"


def nothing_opens() -> Refused:
    """The refusal that says that the key file in place is not the one of the publication."""
    remedy = "Demander à l’administrateur technique de remettre le fichier de clé qui servait à la publication."
    return refuse("La clé de cette consultation ne s’ouvre pas : rien n’est ouvert.", remedy, rule="REC-01")
