"""A supplier takes all that is kept of it, in one file (GDPR, articles 15 and 20)."""

from flask import Response, stream_with_context

from sad import clock
from sad.exports.supplier_data import export_name, supplier_files
from sad.exports.zip_stream import zip_stream
from sad.web.access import allow_supplier, current_supplier
from sad.web.running import site_settings
from sad.web.uploads import as_streamed


@allow_supplier
def own_data() -> Response:
    """The zip, written while it is sent."""
    supplier, settings, at = current_supplier(), site_settings(), clock.now()
    files = supplier_files(supplier, data_dir=settings.data_dir, seal_key=settings.seal_key, at=at)
    return as_streamed(stream_with_context(zip_stream(files, at=at)), media_type="application/zip", name=export_name(supplier))
