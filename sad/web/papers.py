"""PDFs of letters as downloads: the one that is kept, or one set at once while the job has not made it."""

import contextlib

from flask import Response

from sad import storage
from sad.models.letters import Letter
from sad.models.organisations import Organisation
from sad.reports.letter import letter_file_name, letter_pdf
from sad.web.running import site_settings
from sad.web.uploads import as_download


def letter_download(letter: Letter, organisation: Organisation) -> Response:
    """The letter that this organisation sent, as PDF."""
    return as_download(letter_body(letter, organisation), media_type="application/pdf", name=letter_file_name(letter))


def letter_body(letter: Letter, organisation: Organisation) -> bytes:
    """The bytes of its PDF; the same words give it again should the disk have lost it."""
    paper = letter.paper
    if paper is not None and paper.enclosed is None and paper.storage_key is not None:
        with contextlib.suppress(FileNotFoundError):
            return storage.get(site_settings().data_dir, paper.storage_key)
    return letter_pdf(letter, organisation)
