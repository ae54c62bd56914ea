"""A passkey in a real browser, with Chromium's own device in software: our script and its answers fit each other."""

import pytest

from sad.db import transaction
from sad.models.people import Role
from tests.browser.visitor import PHONE, Findings, Visitor
from tests.factories.organisations import make_organisation
from tests.factories.people import PASSWORD, make_person

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def visitor(browser, site):
    """Somebody whose telephone makes passkeys."""
    with transaction():
        email = make_person(make_organisation(), Role.BUYER).email
    found = Visitor(browser, site, Findings(), width=PHONE)
    devices = found.context.new_cdp_session(found.page)
    devices.send("WebAuthn.enable")
    found.device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    found.devices = devices
    found.sign_in(email)
    yield found
    found.context.close()


def ask_the_device(visitor: Visitor, words: str) -> None:
    """Press a button that our script follows: the page goes elsewhere once the device has answered, at its own time."""
    visitor.page.get_by_role("button", name=words).first.click()


def test_a_key_is_made_then_opens_the_account_and_its_owner_must_be_there(visitor):
    visitor.open("/compte/cles-d-acces")
    visitor.type("Mot de passe actuel", PASSWORD)
    visitor.type("Nom de cette clé", "Téléphone")
    ask_the_device(visitor, "Faire la clé sur cet appareil")
    visitor.page.wait_for_selector("text=Vos clés")
    visitor.open("/compte")
    visitor.press("Se déconnecter")
    visitor.open("/connexion")
    visitor.devices.send("WebAuthn.setUserVerified", {"authenticatorId": visitor.device, "isUserVerified": False})
    visitor.follow("Entrer avec une clé d’accès")
    ask_the_device(visitor, "Utiliser ma clé")
    visitor.page.wait_for_selector("text=n’a pas prouvé que c’était vous")
    visitor.devices.send("WebAuthn.setUserVerified", {"authenticatorId": visitor.device, "isUserVerified": True})
    ask_the_device(visitor, "Utiliser ma clé")
    visitor.page.wait_for_url("**/achats/**")
    assert visitor.findings.console == [] and visitor.findings.strangers == []
