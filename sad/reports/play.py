"""The report of a played stage as PDF: the figures first, then who, then what past mini-tenders become; accessible (PDF/UA-1)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sad.domain.play_report import CategoryCount, Named, PlayReport, RequirementCount
from sad.letters.plays import LineWords, cautions, headlines, told
from sad.letters.wording import long_date, moment, plural
from sad.models.stage_changes import StagePlay
from sad.reports.typesetting import typeset

MOST_LINES = 60


def play_pdf(play: StagePlay, report: PlayReport) -> bytes:
    """The report of an ended play; a long replay shows its first lines and says where the others are."""
    return typeset("play", play_content(play, report), at=play.asked_at)


def play_content(play: StagePlay, report: PlayReport) -> dict[str, Any]:
    """All the words of the report, as its template sets them."""
    system, affected = play.stage.system, report.affected
    effective_on = date.fromisoformat(play.content["effective_on"])
    left = len(affected) - MOST_LINES
    return {
        "title": f"Essai : {play.content['label']}",
        "organisation": system.organisation.name,
        "subject": f"{system.title}. Palier prévu le {long_date(effective_on)}, essayé le {moment(play.asked_at)}.",
        "asker": f"Essai demandé par {play.asker.name}. Il ne décide de rien : il montre ce que le palier ferait.",
        "headlines": headlines(report),
        "cautions": cautions(report),
        "categories": [_category(each) for each in report.categories],
        "warnings": [each.warning for each in report.categories if each.warning],
        "requirements": [_requirement(each) for each in report.requirements],
        "lines": [_line(told(each)) for each in affected[:MOST_LINES]],
        "unchanged": plural(len(report.lines) - len(affected), "consultation"),
        "left": f"{plural(left, 'autre ligne', 'autres lignes')} dans le tableau à télécharger." if left > 0 else "",
        "footer": f"Essai n° {play.id} · empreinte du palier essayé {play.content_fingerprint[:16]}",
    }


def play_file_name(play: StagePlay, suffix: str) -> str:
    """The name under which it is downloaded: `essai-palier-2-2026-11-22.pdf`."""
    return f"essai-palier-{play.content['number']}-{play.asked_at:%Y-%m-%d}.{suffix}"


def _category(count: CategoryCount) -> list[str]:
    return [count.label, str(count.admitted), str(count.meeting)]


def _line(words: LineWords) -> list[str]:
    return [f"{words.title} ({words.sent_on})", words.before, words.after, words.price, words.left]


def _requirement(count: RequirementCount) -> dict[str, Any]:
    groups = (("En dessous", count.short), ("Sans réponse", count.silent))
    return {
        "label": count.label,
        "wanted": count.wanted,
        "counts": [str(len(each)) for each in (count.meeting, count.short, count.silent)],
        "names": [f"{words} : {_names(named)}." for words, named in groups if named],
    }


def _names(named: Sequence[Named]) -> str:
    return ", ".join(each.name for each in named)
