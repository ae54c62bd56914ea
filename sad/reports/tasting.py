"""The sheets of a blind tasting as PDF: one page for each juror, codes alone, allergens in clear; accessible (PDF/UA-1)."""

from collections.abc import Mapping
from typing import Any

from sad.domain.scoring.numbers import french, written
from sad.domain.scoring.values import Criterion
from sad.domain.tastings import tasting_order
from sad.letters.wording import moment
from sad.models.tastings import Tasting, TastingJuror
from sad.reports.typesetting import typeset

TITLE = "Fiche de dégustation à l’aveugle"
NONE_DECLARED = "Aucun des 14 n’est déclaré"


def sheets_pdf(tasting: Tasting, criterion: Criterion, allergens: Mapping[str, str]) -> bytes:
    """The sheets of the jurors, in the order in which they were enrolled; `allergens`: the regulated ones, name by code."""
    return typeset("tasting", sheets_content(tasting, criterion, allergens), at=tasting.prepared_at)


def sheets_content(tasting: Tasting, criterion: Criterion, allergens: Mapping[str, str]) -> dict[str, Any]:
    """All the words of the sheets, as their template sets them: nothing in it comes from a supplier's name."""
    mini_tender, announced = tasting.mini_tender, tasting.mini_tender.announced_tasting
    assert announced is not None
    said = {sample.code: ", ".join(allergens[each] for each in sample.allergens or ()) or NONE_DECLARED for sample in tasting.tasted}
    scale = french(written(criterion.options["scale"]))
    return {
        "title": TITLE,
        "organisation": mini_tender.organisation.name,
        "subject": f"{mini_tender.title}.",
        "when": f"Le {moment(announced.happens_at)}, {announced.place}.",
        "criterion": criterion.label,
        "scale": scale,
        "half": french(written(criterion.options["scale"] / 2)),
        "source": "Allergènes déclarés par les entreprises, parmi les 14 de l’annexe II du règlement (UE) n° 1169/2011.",
        "footer": f"Empreinte des codes : {tasting.fingerprint[:32]}",
        "jurors": [_juror(juror, place, said) for place, juror in enumerate(tasting.jurors) if juror.released_at is None],
    }


def sheets_file_name(tasting: Tasting) -> str:
    """The name under which they are downloaded."""
    return f"fiches-de-degustation-{tasting.mini_tender_id}.pdf"


def _juror(juror: TastingJuror, place: int, said: Mapping[int, str]) -> dict[str, Any]:
    order = tasting_order(list(said), place)
    title = f"{juror.title}." if juror.title else ""
    return {"heading": f"{TITLE} : {juror.name}", "title": title, "samples": [[str(code), said[code]] for code in order]}
