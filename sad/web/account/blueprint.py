"""The addresses of one's own account."""

from flask import Blueprint

from sad.web.account import approvals, devices, factors, passkeys, passwords, rescue, sessions

blueprint = Blueprint("account", __name__)

blueprint.add_url_rule("/connexion", "login", sessions.login, methods=["GET", "POST"])
blueprint.add_url_rule("/deconnexion", "logout", sessions.logout, methods=["POST"])
blueprint.add_url_rule("/accueil", "home", sessions.home)
blueprint.add_url_rule("/compte", "overview", passwords.overview)
blueprint.add_url_rule("/compte/mot-de-passe", "change_password", passwords.change, methods=["GET", "POST"])
blueprint.add_url_rule("/compte/mot-de-passe-oublie", "ask_reset", passwords.ask_reset, methods=["GET", "POST"])
blueprint.add_url_rule("/compte/lien-envoye", "reset_asked", passwords.reset_asked)
blueprint.add_url_rule("/compte/nouveau-mot-de-passe/<token>", "reset", passwords.reset, methods=["GET", "POST"])
blueprint.add_url_rule("/compte/fournisseur/<int:supplier_id>", "choose_supplier", sessions.choose_supplier, methods=["POST"])
blueprint.add_url_rule("/compte/autres-appareils", "end_other_sessions", devices.end_other_sessions, methods=["POST"])
blueprint.add_url_rule("/compte/connexion/fermer", "end_session", devices.end_session, methods=["POST"])
blueprint.add_url_rule("/compte/appareil/oublier", "forget_device", devices.forget_device, methods=["POST"])
blueprint.add_url_rule("/connexion/nouvel-appareil", "new_device", devices.new_device, methods=["GET", "POST"])
blueprint.add_url_rule("/connexion/autre-code", "send_device_code", devices.send_device_code, methods=["POST"])
blueprint.add_url_rule("/compte/application", "factor", factors.factor)
blueprint.add_url_rule("/compte/application/commencer", "start_factor", factors.start, methods=["POST"])
blueprint.add_url_rule("/compte/application/confirmer", "confirm_factor", factors.confirm, methods=["POST"])
blueprint.add_url_rule("/compte/application/retirer", "remove_factor", factors.remove, methods=["GET", "POST"])
blueprint.add_url_rule("/compte/codes-de-secours", "rescue_codes", rescue.rescue_codes, methods=["GET", "POST"])
blueprint.add_url_rule("/compte/entrer-par-un-code-de-secours", "rescue", rescue.rescue, methods=["GET", "POST"])
blueprint.add_url_rule("/compte/approbations", "approvals", approvals.approvals)
blueprint.add_url_rule("/compte/approbations/<int:approval_id>", "approval", approvals.approval, methods=["GET", "POST"])
blueprint.add_url_rule("/compte/approbations/<int:approval_id>/refuser", "decline_approval", approvals.decline, methods=["GET", "POST"])
blueprint.add_url_rule("/connexion/cle-d-acces", "passkey_login", passkeys.login, methods=["GET", "POST"])
blueprint.add_url_rule("/compte/cles-d-acces", "passkeys", passkeys.passkeys, methods=["GET", "POST"])
blueprint.add_url_rule("/compte/cles-d-acces/retirer", "remove_passkey", passkeys.remove, methods=["POST"])
