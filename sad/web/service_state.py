"""What is wrong with the service itself, for machines and for the people who look after it, in plain words."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from sad import clock, spool, storage
from sad.actions.deliveries import late_mail
from sad.actions.job_runs import LATE_AFTER
from sad.actions.timekeeping import running_skews
from sad.db import session
from sad.jobs.owed import find_owed_letters
from sad.jobs.receptions import take_in_receptions
from sad.jobs.scanning import scan_files
from sad.letters.wording import file_size, moment, plural
from sad.models.job_runs import JobRun
from sad.settings import Settings
from sad.web.running import site_settings

LEAST_FREE = 20 * storage.MAX_TOTAL_BYTES  # bytes: room for twenty deposits of the largest size

@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that does not work: what, and what that changes for people, in French."""

    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Runs:
    """The last run of each job; `owed`: how many letters the last search found missing."""

    tick: datetime | None
    failing: list[str]
    at: datetime
    owed: int

    @property
    def on_time(self) -> bool:
        """Has the scheduler run within the last minutes?"""
        return self.tick is not None and self.at - self.tick <= LATE_AFTER


def last_runs() -> Runs:
    """When the scheduler last did something, and the jobs that failed at their last run."""
    runs = session.scalars(select(JobRun).order_by(JobRun.name)).all()
    owed = sum(run.done for run in runs if run.name == find_owed_letters.__name__)
    return Runs(max((run.ended_at for run in runs), default=None), [run.name for run in runs if run.error], clock.now(), owed)


def receptions_state(settings: Settings) -> dict[str, object]:
    """Whether deposits wait outside the database, known without it; how many is nobody's business before the opening."""
    return {"ok": not spool.waiting(settings.data_dir)}


def disk_state(settings: Settings) -> dict[str, object]:
    """Whether there is room for what will be received, in the folder of the data."""
    return {"ok": _free_bytes(settings) >= LEAST_FREE}


def mail_state() -> dict[str, object]:
    """How many mails should have left by now, and since when the oldest waits."""
    count, oldest = late_mail(at=clock.now())
    return {"ok": not count, "late": count, "oldest": oldest.isoformat() if oldest else None}


def antivirus_state(failing: list[str], settings: Settings) -> dict[str, object]:
    """Whether there is one, and whether it answers."""
    return {"ok": scan_files.__name__ not in failing, "configured": settings.clamd is not None}


def troubles() -> list[Trouble]:
    """All that degrades the service now, the gravest first."""
    return list(_troubles(last_runs(), site_settings()))


def _troubles(runs: Runs, settings: Settings) -> Iterator[Trouble]:
    if spool.waiting(settings.data_dir):
        words = "Reçus pendant une panne de la base, ils gardent leur heure. Aucune offre ne s’ouvre avant leur enregistrement."
        more = " L’un d’eux ne se vérifie pas : lancer flask --app app spool ingest." if take_in_receptions.__name__ in runs.failing else ""
        yield Trouble("Des dépôts reçus attendent d’être enregistrés", words + more)
    if (free := _free_bytes(settings)) < LEAST_FREE:
        words = f"Il reste {file_size(free)} pour les données. Ce qui est reçu est gardé\u00a0; sans place, un dépôt est refusé et son "
        more = "auteur le sait aussitôt. La personne qui exploite le service libère de la place ou agrandit le disque."
        yield Trouble("Le disque est presque plein", words + more)
    if running_skews():
        words = "Aucune offre ne s’ouvre tant que le doute dure ; les dépôts continuent d’être reçus. L’administrateur de l’instance "
        more = "règle l’horloge, ou confirme l’heure à la page « Horloge et pannes »."
        yield Trouble("L’heure du serveur est en doute", words + more)
    if not runs.on_time:
        since = f"Il n’a rien fait depuis le {moment(runs.tick)}." if runs.tick else "Il n’a encore jamais tourné."
        words = "Les courriels et les rappels ne partent pas. Aucun droit ni aucun délai n’en dépend. Relancer flask --app app scheduler."
        yield Trouble("Le planificateur est arrêté", f"{since} {words}")
    count, oldest = late_mail(at=runs.at)
    if oldest is not None:
        words = f"{plural(count, 'attend', 'attendent')} depuis plus d’un quart d’heure, le plus ancien depuis le {moment(oldest)}."
        more = "Aucun n’est perdu : ils partiront dès que le serveur de courrier répond. Les fournisseurs les ont dans leur espace."
        yield Trouble("Des courriels ne partent pas", f"{words} {more}")
    if runs.owed:
        words = "Une invitation, une réponse à une candidature ou un résultat n’a pas son courrier : son fournisseur n’est pas prévenu. "
        more = "La personne qui exploite le service lance flask --app app doctor, qui dit lesquels."
        yield Trouble(plural(runs.owed, "courrier dû manque", "courriers dus manquent"), words + more)
    if scan_files.__name__ in runs.failing:
        yield Trouble("L’antivirus ne répond pas", "Les fichiers reçus sont dits « non analysés ». Aucun dépôt n’est refusé pour cela.")


def _free_bytes(settings: Settings) -> int:
    return shutil.disk_usage(settings.data_dir).free
