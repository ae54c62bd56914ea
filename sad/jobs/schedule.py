"""The timetable. Each job finds what is due and does it: late or twice, it does no harm."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sad.jobs.applications import remind_evaluations
from sad.jobs.brakes import announce_brakes
from sad.jobs.campaigns import remind_campaigns
from sad.jobs.destructions import take_papers_away
from sad.jobs.journal import publish_heads, verify_journal
from sad.jobs.letters import deliver_letters
from sad.jobs.mini_tenders import announce_closed, remind_unopened_invitations, warn_closing
from sad.jobs.owed import find_owed_letters
from sad.jobs.papers import set_papers
from sad.jobs.plays import play_stages
from sad.jobs.proofs import remind_awardees, remind_renewals
from sad.jobs.receptions import take_in_receptions
from sad.jobs.replies import remind_replies, warn_late_notices
from sad.jobs.scanning import scan_files
from sad.jobs.turn import Turn
from sad.jobs.uploads import destroy_stale_uploads
from sad.jobs.watch import watch_service


@dataclass(frozen=True, slots=True)
class Job:
    """A job, which says how many things it did, and how often its turn comes."""

    act: Callable[[Turn], int]
    every: timedelta

    @property
    def name(self) -> str:
        return self.act.__name__


# Papers then letters last, so that one round of all the jobs also sets and delivers what the others wrote.
TIMETABLE = (
    Job(take_in_receptions, every=timedelta(seconds=15)),
    Job(watch_service, every=timedelta(seconds=30)),
    Job(remind_evaluations, every=timedelta(minutes=30)),
    Job(remind_campaigns, every=timedelta(minutes=30)),
    Job(remind_unopened_invitations, every=timedelta(minutes=30)),
    Job(warn_closing, every=timedelta(minutes=5)),
    Job(announce_closed, every=timedelta(minutes=2)),
    Job(remind_awardees, every=timedelta(hours=1)),
    Job(remind_renewals, every=timedelta(hours=6)),
    Job(remind_replies, every=timedelta(hours=1)),
    Job(warn_late_notices, every=timedelta(hours=6)),
    Job(play_stages, every=timedelta(seconds=5)),
    Job(announce_brakes, every=timedelta(days=1)),
    Job(destroy_stale_uploads, every=timedelta(hours=6)),
    Job(take_papers_away, every=timedelta(minutes=5)),
    Job(publish_heads, every=timedelta(minutes=5)),
    Job(verify_journal, every=timedelta(days=1)),
    Job(find_owed_letters, every=timedelta(hours=1)),
    Job(scan_files, every=timedelta(seconds=30)),
    Job(set_papers, every=timedelta(seconds=5)),
    Job(deliver_letters, every=timedelta(seconds=15)),
)
