"""All the letters of a result in one file: a PDF for each tenderer, and a list that says what each of them is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sad.exports.file_names import slug
from sad.exports.workbook import Workbook
from sad.letters.wording import instant, siret
from sad.models.letters import Letter
from sad.models.mini_tenders import MiniTender

LIST_NAME = "000-liste-des-lettres.xlsx"
TITLES = ("N°", "Entreprise", "SIRET", "À", "Lettre", "Écrite le (heure de Paris)", "Courriel parti le", "Fichier", "Empreinte (SHA-256)")
WIDTHS = (6, 34, 18, 26, 48, 32, 32, 60, 68)
BEFORE_TITLE = "\u00a0:"
MISSING = "PDF pas encore fait"


@dataclass(frozen=True, slots=True)
class Filed:
    """A letter and the name of its PDF in the file; empty while it has none."""

    letter: Letter
    name: str


def filed(letters: Sequence[Letter]) -> list[Filed]:
    """The letters in order, each once, whichever of a company's people has a copy; names that no system refuses."""
    once: dict[tuple[object, ...], Letter] = {}
    for letter in letters:
        once.setdefault((letter.supplier_id, letter.kind, letter.created_at, letter.subject), letter)
    return [Filed(letter, _name(number, letter)) for number, letter in enumerate(once.values(), start=1)]


def letters_list(mini_tender: MiniTender, papers: Sequence[Filed]) -> bytes:
    """The list that goes with the PDFs, as a spreadsheet."""
    book = Workbook()
    page = book.page("Lettres")
    page.text(0, 0, f"Lettres de la consultation n° {mini_tender.id} : {mini_tender.title}", bold=True)
    page.heads(2, TITLES, widths=WIDTHS)
    for row, (number, filed_letter) in enumerate(enumerate(papers, start=1), start=3):
        page.number(row, 0, number)
        for column, text in enumerate(_cells(filed_letter), start=1):
            page.text(row, column, text)
    return book.content()


def zip_name(mini_tender: MiniTender) -> str:
    """The name under which it is downloaded."""
    return f"lettres-consultation-{mini_tender.id}.zip"


def _name(number: int, letter: Letter) -> str:
    if letter.paper is None or letter.paper.storage_key is None:
        return ""
    company = slug(letter.supplier.name, longest=40) if letter.supplier else ""
    what = slug(letter.subject.partition(BEFORE_TITLE)[0], longest=40)
    return "-".join(filter(None, (f"{number:03d}", company, what))) + ".pdf"


def _cells(paper: Filed) -> Iterator[str]:
    letter, supplier = paper.letter, paper.letter.supplier
    yield supplier.name if supplier else ""
    yield siret(supplier.siret) if supplier else ""
    yield letter.to_name
    yield letter.subject
    yield instant(letter.created_at)
    yield instant(letter.sent_at) if letter.sent_at else f"pas encore ({letter.last_error})" if letter.last_error else "pas encore"
    yield paper.name or MISSING
    yield letter.paper.sha256 or "" if letter.paper else ""
