"""Organisations and the services that order."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from sad.actions.administrators import check_instance_administrator, check_may_manage
from sad.actions.journal import record
from sad.db import session
from sad.domain.errors import Refusal, Refused, refuse
from sad.models.organisations import Organisation, Service
from sad.models.people import Person

SIREN_TAKEN = Refusal("Une collectivité a déjà ce SIREN.", "Vérifiez le numéro, ou ouvrez la fiche de cette collectivité.", field="siren")
NAME_TAKEN = Refusal("Un service porte déjà ce nom.", "Choisissez un nom qui les distingue.", field="name")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationProfile:
    """What is known of a buyer; `review_body` is quoted in every rejection letter (R2181-1), the limit is in EUR excl. VAT."""

    name: str
    siren: str
    contact_email: str
    review_body: str
    address: str = ""
    direct_publication_limit: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProfile:
    """What is known of a service."""

    name: str
    commune: str = ""
    postcode: str = ""


def create_organisation(profile: OrganisationProfile, *, by: Person, at: datetime) -> Organisation:
    """Add a buyer to the instance. Raises `Refused` unless `by` administers the instance, and for a SIREN already there."""
    check_instance_administrator(by)
    _check_organisation(profile, None)
    organisation = Organisation(**asdict(profile), created_at=at)
    session.add(organisation)
    session.flush()
    record("create_organisation", organisation, by=by, at=at, organisation_id=organisation.id, profile=_written(profile))
    return organisation


def change_organisation(organisation: Organisation, profile: OrganisationProfile, *, by: Person, at: datetime) -> Organisation:
    """Correct what is known of a buyer. Raises `Refused` unless `by` administers it."""
    check_may_manage(by, organisation.id)
    _check_organisation(profile, organisation)
    for name, value in asdict(profile).items():
        setattr(organisation, name, value)
    record("change_organisation", organisation, by=by, at=at, organisation_id=organisation.id, profile=_written(profile))
    return organisation


def create_service(organisation: Organisation, profile: ServiceProfile, *, by: Person, at: datetime) -> Service:
    """Add a service that orders. Raises `Refused` unless `by` administers the organisation, and for a name already there."""
    check_may_manage(by, organisation.id)
    _check_service(profile, organisation.id, None)
    service = Service(organisation_id=organisation.id, **asdict(profile))
    session.add(service)
    record("create_service", service, by=by, at=at, profile=asdict(profile))
    return service


def change_service(service: Service, profile: ServiceProfile, *, by: Person, at: datetime) -> Service:
    """Correct what is known of a service. Raises `Refused` unless `by` administers it, and for a name already there."""
    check_may_manage(by, service.organisation_id)
    _check_service(profile, service.organisation_id, service)
    for name, value in asdict(profile).items():
        setattr(service, name, value)
    record("change_service", service, by=by, at=at, profile=asdict(profile))
    return service


def close_service(service: Service, *, by: Person, at: datetime) -> Service:
    """Let a service order nothing more; what it ordered stays. Raises `Refused` unless `by` administers it."""
    check_may_manage(by, service.organisation_id)
    if service.closed_at is not None:
        raise refuse("Ce service est déjà fermé.")
    service.closed_at = at
    record("close_service", service, by=by, at=at)
    return service


def reopen_service(service: Service, *, by: Person, at: datetime) -> Service:
    """Let a closed service order again. Raises `Refused` unless `by` administers it."""
    check_may_manage(by, service.organisation_id)
    if service.closed_at is None:
        raise refuse("Ce service n’est pas fermé.")
    service.closed_at = None
    record("reopen_service", service, by=by, at=at)
    return service


def _check_organisation(profile: OrganisationProfile, known: Organisation | None) -> None:
    faults = list(_organisation_faults(profile, known))
    if faults:
        raise Refused(*faults)


def _organisation_faults(profile: OrganisationProfile, known: Organisation | None) -> Iterator[Refusal]:
    if not profile.name:
        yield Refusal("Le nom manque.", "Écrivez le nom complet de la collectivité.", field="name")
    if not profile.review_body:
        remedy = "Écrivez le tribunal et les délais, tels que les lettres de rejet les citeront."
        yield Refusal("Les voies de recours manquent.", remedy, rule="AWD-03", field="review_body")
    if profile.direct_publication_limit < 0:
        yield Refusal("Ce montant est négatif.", "Écrivez 0 pour que le service achats vérifie tout.", field="direct_publication_limit")
    there = session.scalar(select(Organisation).where(Organisation.siren == profile.siren))
    if there is not None and there is not known:
        yield SIREN_TAKEN


def _check_service(profile: ServiceProfile, organisation_id: int, known: Service | None) -> None:
    if not profile.name:
        raise refuse("Le nom manque.", "Écrivez le nom du service.", field="name")
    there = session.scalar(select(Service).where(Service.organisation_id == organisation_id, Service.name == profile.name))
    if there is not None and there is not known:
        raise Refused(NAME_TAKEN)


def _written(profile: OrganisationProfile) -> dict[str, str]:
    """The profile as the journal keeps it."""
    return {name: str(value) for name, value in asdict(profile).items()}
