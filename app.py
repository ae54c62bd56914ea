"""The application, for a WSGI server and for the `flask --app app` commands."""

from sad import logs
from sad.cli.commands import register
from sad.web import create_app

logs.to_error_output()
app = create_app()
register(app)
