"""The web edge: `create_app` builds the application from the audiences' pages."""

import os
import threading
from pathlib import Path

from flask import Flask, Response, request, url_for
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from sad import db, migrations, parameters
from sad.actions.people import has_demo_account
from sad.domain.sessions import LONGEST
from sad.models.people import Role
from sad.reference import product_families
from sad.requirement_library import library
from sad.settings import ROOT, Settings, load_settings
from sad.stages_model import model_categories
from sad.storage import MAX_TOTAL_BYTES
from sad.web import access, addresses, errors, factors, fields, filters, headers, login, reception, spooled, timekeeping
from sad.web.account import blueprint as account_pages
from sad.web.admin import blueprint as admin_pages
from sad.web.agent import blueprint as agent_pages
from sad.web.navigation import Audience, navigation
from sad.web.procurement import blueprint as procurement_pages
from sad.web.public import blueprint as public_pages
from sad.web.supplier import blueprint as supplier_pages

PROCUREMENT = frozenset({Role.BUYER, Role.OPENER, Role.EVALUATOR, Role.AWARD_AUTHORITY, Role.AUDITOR})
# In the order in which a person with several spaces comes home.
AUDIENCES = (
    Audience(procurement_pages, "/achats", "Espace achats", PROCUREMENT),
    Audience(agent_pages, "/service", "Mon service", frozenset({Role.REQUESTER})),
    Audience(supplier_pages, "/fournisseur", "Espace fournisseur", is_for_suppliers=True),
    Audience(admin_pages, "/administration", "Administration", frozenset({Role.ADMINISTRATOR})),
    Audience(public_pages, "", "Site public"),
)
A_YEAR = 365 * 24 * 3600
A_DAY = 24 * 3600
LARGEST_REQUEST = 2 * MAX_TOTAL_BYTES  # twice: what is a little over is refused beside its field, with what was typed
LARGEST_TEXT = 2 * 10**6
MOST_PARTS = 2000


class SadApp(Flask):
    """The application; `prepare` gives it its settings, key and database, once."""

    request_class = reception.SealedRequest
    settings: Settings | None = None
    engine: Engine | None = None
    is_checked = False

    def prepare(self, settings: Settings | None = None) -> None:
        """Load the settings (unless given), bind the database, set the key. Raises `SettingsError`, `ParametersError`."""
        with _preparing:
            if self.settings is not None:
                return
            settings = settings or load_settings()
            parameters.law()
            product_families()
            model_categories()
            library()
            self.engine = db.bind(settings.database_url)
            self.secret_key = settings.secret_key
            self.config.update(login.cookie_settings(settings))
            if settings.is_https:
                # In production a proxy ends TLS and says who called; without it nobody can be told from anybody.
                self.wsgi_app = ProxyFix(self.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
            self.settings = settings

    def __call__(self, environ, start_response):  # type: ignore[no-untyped-def]
        """Answer a request; the key must be there before the session is opened, hence before any hook."""
        if self.settings is None:
            self.prepare()
        return self.wsgi_app(environ, start_response)

    def get_send_file_max_age(self, filename: str | None) -> int:
        """A year for an address that names its version, a day for the others."""
        return A_YEAR if request.args.get("v") else A_DAY

    def check_database(self) -> None:
        """Refuse to serve a database that is behind its migrations, or the demo's in production. Raises `NotServed`."""
        if self.is_checked:
            return
        assert self.engine is not None and self.settings is not None
        there, expected = migrations.current(self.engine), migrations.newest()
        if (there or "") != expected:
            command = f"flask --app app db upgrade ({there or 'vide'} → {expected})"
            raise errors.NotServed("La base de données n’est pas à jour de ses migrations.", command)
        if self.settings.is_production and has_demo_account():
            command = "SAD_DATABASE_URL=postgresql://… flask --app app db upgrade"
            raise errors.NotServed(
                "Cette base contient des comptes de démonstration, au mot de passe connu : en prendre une autre.", command
            )
        self.is_checked = True


_preparing = threading.Lock()


def create_app(settings: Settings | None = None) -> SadApp:
    """The application with all its pages. Without settings given it reads the environment at once, save under the
    `flask` command, where it waits until a request or a command needs them. Raises `SettingsError`."""
    app = SadApp("sad.web", template_folder=str(ROOT / "templates"), static_folder=str(Path(__file__).parent / "static"))
    app.config.update(
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
        SEND_FILE_MAX_AGE_DEFAULT=A_DAY,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_TEXT,
        MAX_FORM_PARTS=MOST_PARTS,
        PERMANENT_SESSION_LIFETIME=LONGEST,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form filled slowly is not lost
    )
    _add_behaviour(app)
    _add_words(app)
    _add_pages(app)
    if settings is not None or os.environ.get("FLASK_RUN_FROM_CLI") != "true":
        app.prepare(settings)
    return app


def _add_behaviour(app: SadApp) -> None:
    """What happens before and after each request, in this order."""
    app.before_request(reception.stamp)
    app.before_request(lambda: _serve_only_a_sound_database(app))
    app.before_request(timekeeping.keep_hour)
    login.register(app)
    addresses.register(app)
    app.before_request(access.enforce)
    app.before_request(login.note_presence)
    app.before_request(factors.lead_to_setup)
    app.before_request(reception.refuse_unread)
    CSRFProtect(app)
    app.before_request(factors.ask_again)
    app.before_request(timekeeping.compare_clocks)
    app.before_request(spooled.take_in)
    app.after_request(headers.protect)
    app.teardown_appcontext(lambda _error: db.session.remove())
    errors.register(app)


def _serve_only_a_sound_database(app: SadApp) -> Response | None:
    if request.endpoint not in access.STATIC and request.path != "/healthz":
        app.check_database()
    return None


def _add_words(app: SadApp) -> None:
    """Filters, macros' functions, the menu."""
    Babel(app)
    Bootstrap5(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(filters.FILTERS, control=fields.control)
    app.jinja_env.globals.update(navigation=navigation, static_url=static_url, rule_article=rule_article)


def _add_pages(app: SadApp) -> None:
    app.register_blueprint(account_pages.blueprint)
    for audience in AUDIENCES:
        app.register_blueprint(audience.module.blueprint, url_prefix=audience.prefix or None)
    app.extensions["audiences"] = AUDIENCES
    undeclared = access.undeclared_views(app)
    if undeclared:
        raise RuntimeError(f"views without a declared permission: {', '.join(undeclared)}")


def static_url(filename: str) -> str:
    """The address of one of our files, which changes with its content's date so that browsers may keep it."""
    changed = (Path(__file__).parent / "static" / filename).stat().st_mtime_ns // 10**9
    return url_for("static", filename=filename, v=f"{changed:x}")


def rule_article(identifier: str) -> str:
    """The articles of a rule, as they are quoted: `R2162-50`; empty when it has none."""
    known = parameters.rules().get(identifier)
    return ", ".join(known.articles) if known else ""
