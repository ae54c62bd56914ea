"""« Ma trajectoire »: what is coming for the supplier, what it already meets, what it lacks and how to close it."""

from datetime import date

from flask import render_template

from sad import clock
from sad.actions.plays import WINDOW
from sad.actions.supplier_roadmaps import own_roadmap
from sad.domain.calendar import paris_day
from sad.letters.wording import plural
from sad.requirement_library import EFFORTS
from sad.web.access import allow_supplier, current_supplier
from sad.web.supplier.forms import PREFIX

MONTHS = 12
LONG = 3


@allow_supplier
def roadmap() -> str:
    """A line from today to each stage of its systems; the same rules for everybody, never another supplier's data."""
    supplier, at = current_supplier(), clock.now()
    return render_template(
        "supplier/roadmap.html",
        supplier=supplier,
        lines=own_roadmap(supplier, at),
        today=paris_day(at),
        counted_from=paris_day(at - WINDOW),
        efforts=EFFORTS,
        prefix=PREFIX,
        time_until=time_until,
    )


def time_until(day: date, today: date) -> str:
    """How long before a day to come, in French: `Demain`, `Dans 54 jours`, `Dans 13 mois` (whole ones) from three months on."""
    days = (day - today).days
    months = (day.year - today.year) * MONTHS + day.month - today.month - (day.day < today.day)
    if days == 1:
        return "Demain"
    return f"Dans {plural(months, 'mois', 'mois')}" if months >= LONG else f"Dans {plural(days, 'jour')}"
