"""Letters that remind: a limit that comes, offers that wait to be opened."""

from datetime import date

from sad.domain.admission.limits import Limits, Standing
from sad.domain.reminders import Notice
from sad.letters.text import LetterText, write_letter
from sad.models.applications import Application
from sad.models.mini_tenders import MiniTender


def evaluation(application: Application, limits: Limits, standing: Standing, *, today: date, home: str) -> LetterText:
    """An application that waits for its answer, the limit near, reached or passed (SAD-08). `home`: address of the site."""
    return write_letter(f"evaluation_{standing}", application=application, limits=limits, today=today, home=home)


def closing(mini_tender: MiniTender, notice: Notice, *, home: str) -> LetterText:
    """To an invitee that has neither answered nor declined: what is left of the time to answer."""
    return write_letter(f"closing_{notice.kind}", mini_tender=mini_tender, home=home)


def draft_waits(mini_tender: MiniTender, notice: Notice, *, has_offer: bool, home: str) -> LetterText:
    """To whoever typed an offer and did not deposit it, or typed another after its deposit (`has_offer`); never what it holds."""
    return write_letter(f"draft_{notice.kind}", mini_tender=mini_tender, has_offer=has_offer, home=home)


def unopened(mini_tender: MiniTender, *, home: str) -> LetterText:
    """To an invitee that has neither opened the page nor said anything: what was asked, and that a no takes one click."""
    return write_letter("invitation_unopened", mini_tender=mini_tender, home=home)


def waiting_opening(mini_tender: MiniTender, *, home: str) -> LetterText:
    """The time to answer is over and two people may open; says nothing of who answered, nor of how many."""
    return write_letter("waiting_opening", mini_tender=mini_tender, home=home)
