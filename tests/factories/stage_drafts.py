"""Stages that are being written."""

from dataclasses import replace
from datetime import date

from sad.db import session
from sad.domain.stages import stage_to_dict
from sad.models.stages import Stage
from sad.models.systems import PurchasingSystem
from tests.factories.systems import stage_value


def make_stage_draft(system: PurchasingSystem, **values) -> Stage:
    """A draft of stage 4, with what stage 3 asks, from 15 January 2029."""
    value = replace(stage_value(3, date(2029, 1, 15)), number=4, label="Palier 4")
    draft = Stage(
        **{
            "organisation_id": system.organisation_id,
            "system_id": system.id,
            "number": value.number,
            "label": value.label,
            "announced_on": value.announced_on,
            "effective_on": value.effective_on,
            "content": stage_to_dict(value),
            **values,
        }
    )
    session.add(draft)
    session.flush()
    return draft
