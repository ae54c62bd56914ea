"""The addresses of the pages for administrators."""

from flask import Blueprint

from sad.web.navigation import Entry

blueprint = Blueprint("admin", __name__)

NAVIGATION: tuple[Entry, ...] = ()
