"""The application, for a WSGI server and for the `flask --app app` commands."""

from sad.cli.commands import register
from sad.web import create_app

app = create_app()
register(app)
