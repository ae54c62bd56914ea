"""What a browser does with the pages of a draft stage."""

import re

from flask.testing import FlaskClient

from tests.web.rows import again


def read(answer) -> str:
    return re.sub(r"\s+", " ", answer.text)


def page(client: FlaskClient, address: str) -> str:
    """A page that is there, its spaces made one."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return read(answer)


def of(draft, end: str = "") -> str:
    row = again(draft)
    return f"/achats/systemes/{row.system_id}/paliers/{row.number}/brouillon{end}"


def version(draft) -> int:
    return again(draft).version


def line(draft, key):
    return again(draft).as_value().requirement(key)


def send(client, draft, end, **data):
    return client.post(of(draft, end), data={"version": str(version(draft)), **data})


def filled(text: str) -> dict:
    """What a browser would send of the form as it is shown."""
    form = text[text.index('<form method="post" action="/achats/systemes') :]
    form = form[: form.index("</form>")]
    data = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value, kind = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value", "type"))
        if name and (kind is None or kind[1] not in ("checkbox", "radio") or "checked" in tag):
            data.setdefault(name[1], []).append(value[1] if value else "")
    data |= {name: body.lstrip("\r\n") for name, body in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.S)}
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        data[name] = chosen[1] if chosen else ""
    return data
