"""The addresses of the pages for procurement staff."""

from flask import Blueprint

from sad.web.navigation import Entry

blueprint = Blueprint("procurement", __name__)

NAVIGATION: tuple[Entry, ...] = ()
