"""Organisations and services."""

import itertools
from datetime import UTC, datetime
from decimal import Decimal

from sad.db import session
from sad.models.organisations import Organisation, Service

LONG_AGO = datetime(2025, 6, 2, 8, 0, tzinfo=UTC)
numbers = itertools.count(1)


def make_organisation(**values) -> Organisation:
    number = next(numbers)
    organisation = Organisation(
        **{
            "name": f"Agglo {number}",
            "siren": f"{200000000 + number}",
            "contact_email": f"achats{number}@agglo.example",
            "review_body": "Tribunal administratif de Grenoble, deux mois à compter de la réception de cette lettre.",
            "direct_publication_limit": Decimal("500.00"),
            "created_at": LONG_AGO,
            **values,
        }
    )
    session.add(organisation)
    session.flush()
    return organisation


def make_service(organisation: Organisation, **values) -> Service:
    service = Service(
        **{"organisation_id": organisation.id, "name": f"Service {next(numbers)}", "commune": "Valence", "postcode": "26000", **values}
    )
    session.add(service)
    session.flush()
    return service
