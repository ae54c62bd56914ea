"""What the services say of a draft stage, line by line, and what the buyer answers: the preparation of the need (L2111-1)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from sad.actions.journal import record
from sad.actions.letters import people_with, post_letter
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.sentences import french_date
from sad.letters import stage_comments as letters
from sad.letters.wording import plural
from sad.models.organisations import Service
from sad.models.people import Person, Role
from sad.models.stage_changes import StageComment
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem


def is_open_to_comments(stage: Stage, at: datetime) -> bool:
    """Whether a service may comment the stage at that instant: a draft, opened, neither closed nor past its last day."""
    is_draft = stage.published_at is None and stage.comments_closed_at is None
    return is_draft and stage.comments_until is not None and paris_day(at) <= stage.comments_until


def open_comments(stage: Stage, until: date, *, home: str, by: Person, at: datetime) -> Stage:
    """Ask the services what they think of a draft until a day (included), and tell every requester by letter.

    Again after a close, for another meeting, or to give more days; what was said before stays. Raises `Refused`.
    """
    _hold(stage)
    faults = opening_faults(stage, until, at)
    if faults:
        raise Refused(*faults)
    stage.comments_until, stage.comments_closed_at = until, None
    told = told_requesters(stage)
    text = letters.opened(stage, until=until, home=home)
    for person in told:
        post_letter(text, to=person, at=at, organisation_id=stage.organisation_id)
    record("open_comments", stage, by=by, at=at, until=until.isoformat(), told=[person.id for person in told])
    return stage


def opening_faults(stage: Stage, until: date, at: datetime) -> list[Refusal]:
    """All that forbids asking the services until that day."""
    if stage.published_at is not None:
        return [_published("Ce palier est publié : les services ne peuvent plus changer ce qu’il demande.")]
    if until < paris_day(at):
        return [Refusal("Ce jour est passé.", "Choisir aujourd’hui ou un jour qui vient.", field="until")]
    if until >= stage.effective_on:
        message = f"Le palier prend effet le {french_date(stage.effective_on)}."
        return [Refusal(message, "Choisir un jour d’avant, qui laisse le temps d’en tenir compte.", field="until")]
    return []


def told_requesters(stage: Stage) -> list[Person]:
    """The requesters of the organisation's services."""
    return people_with(Role.REQUESTER, stage.organisation_id)


def comment_stage(
    stage: Stage, text: str, *, requirement: str = "", service: Service | None, by: Person, at: datetime
) -> StageComment:
    """Say something of one line of a draft (`requirement`: its key) or of the whole stage (empty), for a service.

    Raises `Refused` with every fault: not open any more, nothing said, a line that went away meanwhile.
    """
    _hold(stage)
    faults = [*_closed_faults(stage, at), *_said_faults(stage, text, requirement)]
    if faults:
        raise Refused(*faults)
    comment = StageComment(
        organisation_id=stage.organisation_id,
        stage_id=stage.id,
        requirement=requirement,
        service_id=service.id if service else None,
        text=text.strip(),
        proposed_by=by.id,
        proposed_at=at,
    )
    session.add(comment)
    record("comment_stage", comment, by=by, at=at, stage=stage.id, requirement=requirement, text=comment.text)
    return comment


def answer_comment(comment: StageComment, *, is_retained: bool, answer: str, by: Person, at: datetime) -> StageComment:
    """Say whether a comment is retained, and why; until the stage is published another answer may replace it.

    The journal keeps both. Raises `Refused`.
    """
    session.refresh(comment, with_for_update={"of": StageComment})
    if not answer.strip():
        raise refuse("La réponse n’est pas écrite.", "Une phrase suffit : ce qui change, ou pourquoi rien ne change.", field="answer")
    if comment.stage.published_at is not None and comment.answer is not None:
        raise Refused(_published("Le palier est publié : cette réponse ne change plus."))
    before = comment.answer
    comment.is_retained, comment.answer = is_retained, answer.strip()
    comment.answered_by, comment.answered_at = by.id, at
    record("answer_comment", comment, by=by, at=at, is_retained=is_retained, answer=comment.answer, before=before)
    return comment


def close_comments(stage: Stage, *, home: str, by: Person, at: datetime) -> Stage:
    """End the round: no more comments, and each author gets the answers to its own. Raises `Refused` while one has no answer."""
    _hold(stage)
    comments = comments_of_stage(stage)
    faults = closing_faults(stage, comments)
    if faults:
        raise Refused(*faults)
    stage.comments_closed_at = at
    told = authors_of(comments)
    for person, own in told:
        post_letter(letters.answered(stage, own, home=home), to=person, at=at, organisation_id=stage.organisation_id)
    retained = sum(bool(each.is_retained) for each in comments)
    record("close_comments", stage, by=by, at=at, comments=len(comments), retained=retained, told=[person.id for person, _ in told])
    return stage


def closing_faults(stage: Stage, comments: list[StageComment]) -> list[Refusal]:
    """All that forbids closing: a round that is not open, a comment without answer."""
    if stage.comments_until is None or stage.comments_closed_at is not None:
        return [Refusal("Les remarques ne sont pas ouvertes sur ce palier.", "Les ouvrir d’abord, ou ne rien faire.")]
    waiting = sum(each.answer is None for each in comments)
    if not waiting:
        return []
    verb = "attend" if waiting < 2 else "attendent"
    message = f"{plural(waiting, 'remarque')} {verb} une réponse."
    return [Refusal(message, "Répondre à chacune, même d’une phrase : qui a pris le temps d’écrire doit savoir ce qui en est fait.")]


def authors_of(comments: list[StageComment]) -> list[tuple[Person, list[StageComment]]]:
    """Who wrote and still has an account, each with its own comments, in the order in which they were written."""
    found: dict[int, list[StageComment]] = defaultdict(list)
    for each in comments:
        if each.author.is_active:
            found[each.proposed_by].append(each)
    return [(own[0].author, own) for own in found.values()]


def comments_of_stage(stage: Stage) -> list[StageComment]:
    """What was said of this revision of a stage, the oldest first."""
    return _comments(StageComment.stage_id == stage.id)


def comments_on(system: PurchasingSystem, number: int) -> list[StageComment]:
    """What was said of a stage of the system in all its revisions, the oldest first: who proposed what is never lost."""
    return _comments(Stage.system_id == system.id, Stage.number == number)


def _comments(*conditions: object) -> list[StageComment]:
    people = (joinedload(person).lazyload(Person.roles) for person in (StageComment.author, StageComment.answerer))
    found = select(StageComment).join(StageComment.stage).where(*conditions)  # type: ignore[arg-type]
    around = (contains_eager(StageComment.stage), joinedload(StageComment.service), *people)
    return list(session.scalars(found.options(*around).order_by(StageComment.proposed_at, StageComment.id)))


def _hold(stage: Stage) -> None:
    """So that a comment and the close of its round never cross."""
    session.flush()
    session.refresh(stage, with_for_update={"of": Stage})


def _closed_faults(stage: Stage, at: datetime) -> Iterator[Refusal]:
    remedy = "Votre texte est encore là : gardez-le et envoyez-le au service achats, qui peut rouvrir les remarques."
    if stage.published_at is not None:
        yield _published("Ce palier est publié : il ne se commente plus.")
    elif stage.comments_until is None:
        yield Refusal("Ce brouillon n’est pas ouvert aux remarques.", remedy)
    elif stage.comments_closed_at is not None:
        yield Refusal("Le service achats a clos les remarques sur ce brouillon.", remedy)
    elif not is_open_to_comments(stage, at):
        yield Refusal(f"Les remarques étaient attendues jusqu’au {french_date(stage.comments_until)}.", remedy)


def _said_faults(stage: Stage, text: str, requirement: str) -> Iterator[Refusal]:
    if not text.strip():
        yield Refusal("La remarque est vide.", "Une phrase suffit, avec vos mots.", field="text")
    if requirement and stage.as_value().requirement(requirement) is None:
        message = "Cette ligne n’est plus dans le brouillon : il a changé pendant que vous écriviez."
        yield Refusal(message, "Choisir une autre ligne, ou « Le palier en entier ».", field="requirement")


def _published(message: str) -> Refusal:
    remedy = "Il peut encore être repoussé ou adouci, pour tous, par un avis rectificatif : en parler au service achats."
    return Refusal(message, remedy, "PAL-02")
