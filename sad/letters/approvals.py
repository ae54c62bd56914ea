"""Letters about acts that two people share: to those who may approve, and back to whoever asked."""

from sad.letters.text import LetterText, write_letter
from sad.models.approvals import Approval


def approval_asked(approval: Approval, *, home: str) -> LetterText:
    """To those who may approve: what is asked, by whom, until when, and where to read it. `home`: address of the site."""
    return write_letter("approval_asked", approval=approval, home=home)


def approval_answered(approval: Approval) -> LetterText:
    """To whoever asked: approved and done, or declined and why."""
    return write_letter("approval_answered", approval=approval)
