"""What a supplier has sent piece by piece and that is in no draft yet, as its pages list it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from sad.actions.staged_uploads import offset_of, read_head, uploads_of
from sad.models.mini_tenders import MiniTender
from sad.models.suppliers import Supplier
from sad.storage import clean_name
from sad.trust.envelopes import SealBroken
from sad.web.supplier.answering import seal_key

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file, whole or on its way: `offset` bytes of its `size` came."""

    id: int
    name: str
    size: int
    offset: int

    @property
    def is_whole(self) -> bool:
        """Did all of it come?"""
        return self.offset == self.size


def sent_files(mini_tender: MiniTender | None, supplier: Supplier) -> list[Sent]:
    """In the order in which they began; one that does not open with this seal key is not shown, which the log says."""
    return list(_sent(mini_tender, supplier))


def _sent(mini_tender: MiniTender | None, supplier: Supplier) -> Iterator[Sent]:
    for upload in uploads_of(mini_tender, supplier):
        try:
            name, size = read_head(upload, seal_key=seal_key())
        except SealBroken:
            log.exception("the upload %s does not open", upload.id)
        else:
            yield Sent(upload.id, clean_name(name), size, offset_of(upload, size))
