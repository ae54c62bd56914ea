"""Letters to the members of an award committee: it is convened, the sitting is given up. Titles only: offers are read at the sitting."""

from collections.abc import Sequence
from datetime import datetime

from sad.letters.text import LetterText, write_letter
from sad.models.committees import Committee, CommitteeMember
from sad.models.sittings import Sitting


def convened(committee: Committee, member: CommitteeMember, held_at: datetime, place: str, titles: Sequence[str]) -> LetterText:
    """When and where the committee meets, on what, and what a member with an interest or an absence does."""
    said = {"held_at": held_at, "place": place, "titles": titles}
    return write_letter("committee_convened", committee=committee, member=member, **said)


def cancelled(sitting: Sitting, member: CommitteeMember) -> LetterText:
    """The sitting is not held, and why."""
    return write_letter("committee_cancelled", sitting=sitting, member=member)
