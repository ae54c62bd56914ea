"""What a page says to whoever reads it."""

import html
import re


def read(response) -> str:
    """The text of a page, its marks taken away and its spaces made plain."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))
    return re.sub(r"[\s\u00a0]+", " ", text)
