"""What people read follows French typography: no line begins with a sign that a no-break space should hold."""

from pathlib import Path

import pytest

from tests import french

ROOT = Path(__file__).resolve().parent.parent
SPACE = french.NBSP


@pytest.mark.parametrize("texts", [french.pages, french.code, french.configuration])
def test_french_keeps_its_no_break_spaces_and_its_apostrophes(texts):
    assert french.typography_faults(texts(ROOT)) == []


@pytest.mark.parametrize("words", ["Prêt : oui", "Prêt: oui", "Prêt ?", "« Prêt", "«Prêt", "Prêt !", "Prêt;", "l'offre", "{{ nom }} :"])
@pytest.mark.parametrize("path", ["templates/a.html", "sad/a.py", "config/a.yaml"])
def test_a_planted_fault_is_found(tmp_path, path, words):
    found = _faults(tmp_path, path, words)
    assert found, "nothing found"


@pytest.mark.parametrize(
    "words", [f"Prêt{SPACE}: à 12:30, sur https://été.example/?a=b", f"«{SPACE}Prêt{SPACE}»", f"Prêt{SPACE}? Non{SPACE}; oui{SPACE}!"]
)
@pytest.mark.parametrize("path", ["templates/a.html", "sad/a.py", "config/a.yaml"])
def test_what_is_right_is_left_alone(tmp_path, path, words):
    assert _faults(tmp_path, path, words) == []


def test_in_a_page_only_what_is_read_counts(tmp_path):
    silent = "{# Prêt ? #}<style>a{b : c}</style><!-- Prêt ? --><p style='a: b; c: d'"
    html = silent + """ title="Prêt ?">{% if a and 'é : ' %}é{{ f("Là !") }}{% endif %}"""
    assert [fault.rpartition(": ")[2] for fault in _faults(tmp_path, "templates/a.html", html)] == ["Là !", "Prêt ?"]


def _faults(root: Path, path: str, words: str) -> list[str]:
    joined = words.replace("{{", "{").replace("}}", "}")
    wrapped = {".html": f"<p>{words}</p>", ".py": f'words = f"é {joined}"', ".yaml": f'words: "é {words}"'}
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(wrapped[Path(path).suffix])
    find = {"templates": french.pages, "sad": french.code, "config": french.configuration}[path.split("/")[0]]
    return french.typography_faults(find(root))
