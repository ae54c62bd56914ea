"""The words of the report of a played stage, the same on screen and on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sad.domain.play_report import PlayReport, Share
from sad.domain.replay import ReplayLine
from sad.domain.sentences import listed
from sad.letters.wording import NBSP, NOTHING, money, percent, plural, short_date


@dataclass(frozen=True, slots=True)
class LineWords:
    """A mini-tender of a replay, in words; `left` counts the offers that stay."""

    id: int
    title: str
    sent_on: str
    before: str
    after: str
    price: str
    left: str
    notes: tuple[str, ...]


def headlines(report: PlayReport) -> list[tuple[str, str]]:
    """What to read first: what is counted, and the figure."""
    found = [
        ("Fournisseurs admis qui pourraient encore offrir", f"{report.meeting} sur {report.admitted}"),
        ("Consultations rejouées, sur douze mois", str(len(report.lines) - len(report.not_replayed))),
        ("Offres qui seraient irrégulières", f"{report.irregular} sur {report.offers}"),
        ("Consultations où une autre offre serait première", str(sum(line.after is not None for line in report.changed))),
        ("Consultations qui n’auraient plus d’offre", str(len(report.without_offer))),
        ("Consultations qui n’en auraient plus qu’une ou deux", str(len(report.with_few))),
        ("Prix des offres classées premières", price_words(report)),
    ]
    return [*found, *((f"{share.label}, chez les offres classées premières", share_words(share)) for share in report.mean_shares)]


def price_words(report: PlayReport) -> str:
    """What the change of winners costs: « 40,00 € de plus (+ 12,5 %), sur 6 consultations »."""
    if not report.compared:
        return "rien à comparer"
    on = f"sur {plural(len(report.compared), 'consultation')}"
    if not report.difference:
        return f"le même, {on}"
    return f"{difference_words(report.difference)} ({signed_percent(report.difference_percent or Decimal(0))}), {on}"


def difference_words(difference: Decimal) -> str:
    """An amount more or less: « 40,00 € de plus »; « le même prix » for none."""
    if not difference:
        return "le même prix"
    return f"{money(abs(difference))} {'de plus' if difference > 0 else 'de moins'}"


def signed_percent(value: Decimal) -> str:
    """A change in percent with its sign: « + 12,5 % »."""
    return f"{'+' if value > 0 else '−'}{NBSP}{percent(round(abs(value), 1))}"


def share_words(share: Share) -> str:
    """What becomes of a share, weighted by amounts: « 43,5 % avant, 60 % après »."""
    if share.before is None or share.after is None:
        return "les offres ne le disent pas"
    before, after = percent(round(share.before, 1)), percent(round(share.after, 1))
    return f"{before}, sans changement" if before == after else f"{before} avant, {after} après"


def cautions(report: PlayReport) -> list[str]:
    """What the replay cannot say, and why."""
    found = []
    if report.unasked:
        found.append(
            f"{quoted(report.unasked)} n’était pas demandé à l’époque : une offre qui n’en dit rien n’est pas comptée irrégulière."
        )
    if report.in_part:
        found.append(f"{quoted(report.in_part)} : aucune note ni réponse de l’époque. Le classement rejoué laisse ce critère de côté.")
    if report.not_replayed:
        why = report.not_replayed[0].fault
        found.append(f"{plural(len(report.not_replayed), 'consultation')} sans nouveau classement. {why}")
    aside = sum(line.set_aside for line in report.lines)
    if aside:
        found.append(f"{plural(aside, 'offre écartée', 'offres écartées')} à l’époque et jamais notées : le classement rejoué s’en passe.")
    if any(not line.has_kept_weights for line in report.lines):
        found.append("Là où les poids choisis à l’époque sortent de ce que ce palier annonce, ses propres poids sont appliqués.")
    return found


def told(line: ReplayLine) -> LineWords:
    """One mini-tender in words: who was first, who would be, at what price, and what is to be known."""
    before = f"{line.before.name}, {money(line.before.total)}" if line.before else NOTHING
    after = f"{outcome_words(line)}, {money(line.after.total)}" if line.after else outcome_words(line)
    price = NOTHING if line.difference is None else difference_words(line.difference)
    count = f"{line.left} sur {line.offers}"
    after = "la même" if line.after is not None and not line.is_changed else after
    return LineWords(line.id, line.title, short_date(line.sent_on), before, after, price, count, tuple(_notes(line)))


def outcome_words(line: ReplayLine) -> str:
    """Who would come first: « Ferme A », « aucune offre », « pas de nouveau classement »."""
    if line.fault:
        return "pas de nouveau classement"
    if line.after is None:
        return "aucune offre"
    return f"{line.after.name} (ex æquo)" if line.is_tied else line.after.name


def quoted(labels: tuple[str, ...]) -> str:
    """Labels in a sentence: « a » et « b »."""
    return listed([f"« {label} »" for label in labels])


def _notes(line: ReplayLine) -> Iterator[str]:
    """Who would be irregular and why, what is left out."""
    yield from (f"{each.name} : {f'{NBSP}; '.join(each.sentences)}" for each in line.irregular)
    if line.unmarked:
        yield f"Sans le critère {quoted(line.unmarked)}, que personne n’avait noté."
    if line.fault:
        yield line.fault
