"""Heads of the journal given to everybody: whoever kept one can tell a journal that was written anew (trust needs outside copies)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from sad.actions.journal import record
from sad.actions.letters import post_letter
from sad.db import session
from sad.domain.calendar import paris_day
from sad.letters import journal as letters
from sad.models.journal import JournalHead, Occasion, PublishedHead
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender
from sad.models.people import Person, PersonRole, Role
from sad.trust.canonical import instant


def publish_head(occasion: Occasion, about: str, *, at: datetime) -> PublishedHead:
    """Publish the last line of the journal as it is now, once for each occasion and `about`; a second time gives the same."""
    head = session.scalars(select(JournalHead).with_for_update().execution_options(populate_existing=True)).one()
    found = session.scalar(select(PublishedHead).where(PublishedHead.occasion == occasion, PublishedHead.about == about))
    if found is None:
        found = PublishedHead(seq=head.seq, hash=head.hash, at=at, occasion=occasion, about=about)
        session.add(found)
        record("publish_head", found, by=None, at=at, occasion=occasion, hash=found.hash)
    return found


def publish_deadline(mini_tender: MiniTender, *, at: datetime) -> PublishedHead:
    """The head once the time to answer is over: what was received in time is before it."""
    assert mini_tender.closes_at is not None
    return publish_head(Occasion.DEADLINE, about_deadline(mini_tender), at=at)


def publish_day(*, home: str, at: datetime) -> PublishedHead:
    """The head of the day, mailed with those published since the day before to all who audit; `home`: address of the site."""
    before = session.scalar(select(func.max(PublishedHead.id)).where(PublishedHead.occasion == Occasion.DAY))
    head = publish_head(Occasion.DAY, about_day(at), at=at)
    session.flush()
    since = session.scalars(select(PublishedHead).where(PublishedHead.id > (before or 0)).order_by(PublishedHead.id)).all()
    _tell(_auditors(), since, home, at)
    return head


def is_published(occasion: Occasion, about: str) -> bool:
    """Was a head published for this already?"""
    known = select(PublishedHead.id).where(PublishedHead.occasion == occasion, PublishedHead.about == about)
    return session.scalar(known) is not None


def last_head() -> PublishedHead | None:
    """The last one that was published, if any was."""
    return session.scalar(select(PublishedHead).order_by(PublishedHead.id.desc()).limit(1))


def about_day(at: datetime) -> str:
    """What the head of a day is about: the day, in Paris."""
    return paris_day(at).isoformat()


def about_deadline(mini_tender: MiniTender) -> str:
    """What the head of a deadline is about: the mini-tender and its deadline, since an extension makes another."""
    assert mini_tender.closes_at is not None
    return f"{mini_tender.__tablename__}:{mini_tender.id}:{instant(mini_tender.closes_at)}"


def _auditors() -> Sequence[Person]:
    """Those whose mailbox keeps a copy out of reach of whoever holds the database."""
    held = select(PersonRole.person_id).where(PersonRole.role == Role.AUDITOR)
    return session.scalars(select(Person).where(Person.id.in_(held), Person.is_active).order_by(Person.id)).all()


def _tell(people: Iterable[Person], heads: Sequence[PublishedHead], home: str, at: datetime) -> list[Letter]:
    text = letters.published_heads(heads, home=home)
    return [
        post_letter(text, to=each, at=at, organisation_id=each.organisation_id, dedupe_key=f"{text.kind}:{about_day(at)}:{each.id}")
        for each in people
    ]
