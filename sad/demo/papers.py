"""Papers that people of the demo join to their applications and offers: one-page PDF files that say what they are."""

from datetime import date

import typst

SOURCE = """#set page(paper: "a4", margin: 3cm)
#set text(lang: "fr", size: 12pt)
#set document(title: sys.inputs.title)
#text(size: 9pt, fill: rgb("#56635b"))[Document d’exemple, sans valeur]
#v(1cm)
= #sys.inputs.title
#v(0.6cm)
Établi pour #strong(sys.inputs.name), le #sys.inputs.day.
"""


def paper(title: str, name: str, day: date) -> bytes:
    """The PDF of a paper with this title, made for this supplier on that day."""
    inputs = {"title": title, "name": name, "day": day.strftime("%d/%m/%Y")}
    return bytes(typst.compile(SOURCE.encode(), sys_inputs=inputs))
