"""The addresses of the pages for requesters."""

from flask import Blueprint

from sad.web.navigation import Entry

blueprint = Blueprint("agent", __name__)

NAVIGATION: tuple[Entry, ...] = ()
