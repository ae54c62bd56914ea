"""Taking away opened offers as they were sealed, with the key that opens them."""

from flask import Response, redirect, stream_with_context, url_for

from sad import clock
from sad.actions.openings import opening_of
from sad.actions.released_keys import envelope_of, opened_envelopes, release_key
from sad.db import transaction
from sad.exports.sealed_offers import sealed_offers, sealed_offers_name
from sad.exports.zip_stream import zip_stream
from sad.models.people import Role
from sad.web.access import allow, current_person
from sad.web.fields import Form
from sad.web.procurement.opened import opened_mini_tender
from sad.web.running import site_settings
from sad.web.uploads import as_streamed


@allow(Role.BUYER, Role.OPENER)
def release(mini_tender_id: int) -> Response:
    """The zip: journalled each time, since the key leaves with it."""
    mini_tender, at = opened_mini_tender(mini_tender_id), clock.now()
    if not Form().validate_on_submit():
        return redirect(url_for("procurement.opening", mini_tender_id=mini_tender_id))
    with transaction():
        key = release_key(mini_tender, seal_key=site_settings().seal_key, by=current_person(), at=at)
    opening, name = opening_of(mini_tender), sealed_offers_name(mini_tender)
    assert opening is not None
    files = sealed_offers(mini_tender, opening, key, opened_envelopes(mini_tender), envelope_of)
    return as_streamed(stream_with_context(zip_stream(files, at=at)), media_type="application/zip", name=name)
