"""The addresses of the pages for suppliers."""

from flask import Blueprint

from sad.web.navigation import Entry

blueprint = Blueprint("supplier", __name__)

NAVIGATION: tuple[Entry, ...] = ()
