"""Who is there when the story begins: an agglomeration with an open system, its agents, two admitted bakers."""

from dataclasses import dataclass
from datetime import datetime

from sad import db
from sad.domain.calendar import PARIS
from sad.models.people import Role
from tests.factories.admissions import make_admission
from tests.factories.organisations import make_organisation, make_service
from tests.factories.people import make_person
from tests.factories.suppliers import make_supplier
from tests.factories.systems import make_system

START = datetime(2026, 11, 16, 9, 0, tzinfo=PARIS)
REQUESTER, BUYER, SECOND = "samir@agglo.example", "claire@agglo.example", "nadia@agglo.example"
ADMINISTRATOR = "ada@agglo.example"
MILL, OVEN = "jeanne@moulin.example", "paul@four.example"


@dataclass(frozen=True)
class Scene:
    """What steps name."""

    system: str
    category: str


def set_scene() -> Scene:
    """The rows that other stories have made before this one begins."""
    with db.transaction():
        organisation = make_organisation(name="Agglo du Vercors", direct_publication_limit=0)
        service = make_service(organisation, name="Éducation")
        make_person(organisation, Role.REQUESTER, service=service, name="Samir Benali", email=REQUESTER)
        buyer = make_person(organisation, Role.BUYER, Role.OPENER, Role.EVALUATOR, name="Claire Morin", email=BUYER)
        make_person(organisation, Role.ADMINISTRATOR, name="Ada Vial", email=ADMINISTRATOR)
        make_person(organisation, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY, name="Nadia Roche", email=SECOND)
        system = make_system(organisation, title="Alimentation durable")
        category = system.categories[0]
        for email, person, name in ((MILL, "Jeanne Faure", "Le Moulin de Jeanne"), (OVEN, "Paul Giraud", "Le Four de Paul")):
            make_admission(make_supplier(make_person(email=email, name=person), name=name), category, buyer)
        return Scene(system.title, category.label)
