"""The story of the buyer: an organisation, its services and agents, a system opened with its notice."""

from datetime import datetime
from decimal import Decimal

from sad.actions.accounts import reset_password
from sad.actions.categories import add_category
from sad.actions.organisations import OrganisationProfile, ServiceProfile, create_organisation, create_service
from sad.actions.people import Grant, invite_first_administrator, invite_person
from sad.actions.stages import propose_stages, publish_stage
from sad.actions.system_documents import publish_document
from sad.actions.systems import SystemFacts, create_system, open_system
from sad.demo.data import demo_agents, demo_organisation, demo_services
from sad.demo.papers import paper
from sad.demo.setting import Setting
from sad.demo.stories import Story, on
from sad.models.organisations import Organisation
from sad.models.people import Person, Role
from sad.models.systems import PurchasingSystem
from sad.storage import UploadedFile, check_files, put

DOCUMENTS = ("Règlement du système", "Avis d’appel à la concurrence", "Cahier des charges commun", "Notice de dépôt")
FACTS = ("reference", "title", "purpose", "estimated_quantity", "operation", "equipment", "place_of_performance", "notice_reference")
# Reasons given to the warnings of the day, by rule.
REASONS = {
    "SAD-01": "Des petits-déjeuners, buffets et paniers que le marché propose couramment ; tout se passe par voie électronique.",
    "CRI-03": "Le palier 1 ouvre le système ; l’environnement pèse davantage dès le palier 2.",
    "CRI-08": "Mot employé pour le lieu de livraison.",
    "PAL-03": "Palier publié avec l’avis.",
}


def buyer_story(setting: Setting) -> Story:
    """The morning of the notice: accounts at eight, the system at nine."""
    body = demo_organisation()
    notice_on = setting.calendar.moved(body["system"]["notice_sent_on"])
    prepared_at, opened_at = on(notice_on, 8, 0), on(notice_on, 9, 0)
    yield prepared_at
    organisation = _organisation(body, setting, prepared_at)
    yield opened_at
    buyer = setting.agent("buyer")
    system = _system(organisation, body["system"], setting, by=buyer, at=opened_at)
    for title in DOCUMENTS:
        (file,) = check_files([UploadedFile(f"{title}.pdf", paper(title, organisation.name, notice_on))])
        publish_document(system, title, put(setting.data_dir, file), by=buyer, at=opened_at)
    dates = [setting.calendar.moved(day) for day in body["stages"]]
    for stage in propose_stages(system, dates, by=buyer, at=opened_at):
        publish_stage(stage, justifications=REASONS, by=buyer, at=opened_at)
    open_system(system, justifications=REASONS, by=buyer, at=opened_at)


def _organisation(body: dict, setting: Setting, at: datetime) -> Organisation:  # type: ignore[type-arg]
    """The organisation with its services and agents, each with the password of the demo."""
    tokens: list[str] = []

    def link(token: str) -> str:
        tokens.append(token)
        return token

    root = invite_first_administrator(name=body["instance"]["name"], email=body["instance"]["email"], link=link, at=at)
    names = ("name", "siren", "address", "contact_email", "review_body")
    limit = Decimal(body["direct_publication_limit"])
    profile = OrganisationProfile(**{name: body[name] for name in names}, direct_publication_limit=limit)
    organisation = create_organisation(profile, by=root, at=at)
    for agent in demo_agents():
        grants = [Grant(Role(role)) for role in agent.roles]
        invite_person(organisation, name=agent.name, email=agent.email, grants=grants, link=link, by=root, at=at)
    for need in demo_services():
        place = ServiceProfile(name=need.service, commune=need.commune, postcode=need.postcode)
        grant = Grant(Role.REQUESTER, create_service(organisation, place, by=root, at=at))
        invite_person(organisation, name=need.requester, email=need.email, grants=[grant], link=link, by=root, at=at)
    for token in tokens:
        reset_password(token, password_hash=setting.password_hash, at=at)
    return organisation


def _system(organisation: Organisation, body: dict, setting: Setting, *, by: Person, at: datetime) -> PurchasingSystem:  # type: ignore[type-arg]
    facts = SystemFacts(
        **{name: body[name] for name in FACTS},
        environmental_clause=body["environmental_clause"],
        social_clause=body["social_clause"],
        valid_from=setting.calendar.moved(body["valid_from"]),
        valid_until=setting.calendar.moved(body["valid_until"]),
        estimated_value=Decimal(body["estimated_value"]),
        max_value=Decimal(body["max_value"]),
        notice_dispatched_at=at,
    )
    system = create_system(organisation, facts, by=by, at=at)
    for key, category in demo_organisation()["categories"].items():
        add_category(system, category["label"], category["families"], key=key, by=by, at=at)
    return system
