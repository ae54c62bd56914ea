"""What views do with a form: try the act it asks for, or show it again with what was typed and why it was refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response, make_response, render_template

from sad.db import transaction
from sad.domain.errors import Refused
from sad.web.fields import Form


class Attempt:
    """Whether the act was done."""

    def __init__(self) -> None:
        self.is_done = False

    def __bool__(self) -> bool:
        return self.is_done


@contextmanager
def attempt(form: Form) -> Iterator[Attempt]:
    """One transaction for the act within; its refusals go to the form, and then the attempt is false.

        with attempt(form) as done:
            submit_offer(mini_tender, by=current_person(), at=clock.now())
        if done:
            return redirect(...)
    """
    made = Attempt()
    try:
        with transaction():
            yield made
    except Refused as refused:
        form.take(refused)
    else:
        made.is_done = True


def form_page(template: str, form: Form, **context: object) -> Response:
    """The page of a form: 200 the first time, 422 when something is to be corrected."""
    has_faults = bool(form.errors or form.refusals)
    return make_response(render_template(template, form=form, **context), 422 if has_faults else 200)
