"""`docs/asvs.md` misses no requirement of OWASP ASVS 5.0 at levels 1 and 2, and names tests that exist."""

import ast
import re
from functools import cache

import pytest

from tests.test_architecture import ROOT, source

# The requirements of levels 1 and 2, by section (version 5.0.0): 253 in all.
SECTIONS = {
    "1.1": range(1, 3), "1.2": range(1, 10), "1.3": range(1, 12), "1.4": range(1, 4), "1.5": range(1, 3),
    "2.1": range(1, 4), "2.2": range(1, 4), "2.3": range(1, 5), "2.4": range(1, 2),
    "3.2": range(1, 3), "3.3": range(1, 5), "3.4": range(1, 7), "3.5": range(1, 6), "3.7": range(1, 3),
    "4.1": range(1, 4), "4.2": range(1, 2), "4.3": range(1, 3), "4.4": range(1, 5),
    "5.1": range(1, 2), "5.2": range(1, 4), "5.3": range(1, 3), "5.4": range(1, 4),
    "6.1": range(1, 4), "6.2": range(1, 13), "6.3": range(1, 5), "6.4": range(1, 5), "6.5": range(1, 6),
    "6.6": range(1, 4), "6.8": range(1, 5),
    "7.1": range(1, 4), "7.2": range(1, 5), "7.3": range(1, 3), "7.4": range(1, 6), "7.5": range(1, 3), "7.6": range(1, 3),
    "8.1": range(1, 3), "8.2": range(1, 4), "8.3": range(1, 2), "8.4": range(1, 2), "9.1": range(1, 4), "9.2": range(1, 5),
    "10.1": range(1, 3), "10.2": range(1, 3), "10.3": range(1, 5), "10.4": range(1, 12), "10.5": range(1, 6), "10.6": range(1, 3),
    "10.7": range(1, 4), "11.1": range(1, 3), "11.2": range(1, 4), "11.3": range(1, 4), "11.4": range(1, 5), "11.5": range(1, 2),
    "11.6": range(1, 2), "12.1": range(1, 4), "12.2": range(1, 3), "12.3": range(1, 5),
    "13.1": range(1, 2), "13.2": range(1, 6), "13.3": range(1, 3), "13.4": range(1, 6),
    "14.1": range(1, 3), "14.2": range(1, 5), "14.3": range(1, 4), "15.1": range(1, 4), "15.2": range(1, 4), "15.3": range(1, 8),
    "16.1": range(1, 2), "16.2": range(1, 6), "16.3": range(1, 5), "16.4": range(1, 4), "16.5": range(1, 4),
    "17.1": range(1, 2), "17.2": range(1, 5), "17.3": range(1, 3),
}  # fmt: skip
ASKED = {f"{section}.{number}" for section, numbers in SECTIONS.items() for number in numbers}
APART = ("4.3", "4.4", "6.8", "7.6", "10", "17")
WITHOUT_TEST = ("n/a: ", "by deployment", "falls short: ")
# The modules of `cryptography` that are used, and what each is for; another one is a decision to write down in docs/security.md.
ALGORITHMS = {"AESGCM", "HKDF", "SHA256", "SHA1", "Ed25519PrivateKey", "Ed25519PublicKey", "HMAC", "TOTP"}


@cache
def rows() -> dict[str, tuple[str, str]]:
    """Requirement -> what holds it, and the column of its tests."""
    found = {}
    for line in (ROOT / "docs" / "asvs.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and re.fullmatch(r"\d+\.\d+\.\d+", cells[0]):
            assert cells[0] not in found, f"{cells[0]} stands twice"
            found[cells[0]] = (cells[2], cells[3])
    return found


def test_the_standard_has_253_requirements_at_these_levels():
    assert len(ASKED) == 253


def test_every_requirement_is_answered_or_its_section_stands_apart():
    apart = {each for each in ASKED if each.startswith(tuple(f"{section}." for section in APART))}
    assert set(rows()) == ASKED - apart


def test_what_has_no_test_says_why():
    assert [each for each, (how, tests) in rows().items() if "`" not in tests and not how.startswith(WITHOUT_TEST)] == []


@pytest.mark.parametrize("requirement", sorted(rows(), key=lambda each: [int(part) for part in each.split(".")]))
def test_the_tests_named_exist(requirement):
    for name in re.findall(r"`([^`]+)`", rows()[requirement][1]):
        path, _, function = name.partition("::")
        assert (ROOT / path).is_file(), name
        assert not function or function in functions(path), name


@cache
def functions(path: str) -> frozenset[str]:
    """The functions of a file of tests."""
    return frozenset(node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef))


def test_the_algorithms_in_use_are_those_of_the_document():
    used = set()
    for tree in source().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cryptography.hazmat.primitives"):
                used |= {each.name for each in node.names if each.name[0].isupper()}
    said = (ROOT / "docs" / "security.md").read_text()
    assert used <= ALGORITHMS
    assert [each for each in ("X25519", "AES-256-GCM", "HKDF", "Ed25519", "SHA-256", "Argon2id", "HMAC-SHA-1") if each not in said] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_component_is_locked_with_its_hashes(name):
    locked = (ROOT / "config" / name).read_text()
    packages = re.split(r"\n(?=\S)", locked.strip())
    assert packages and [each.splitlines()[0] for each in packages if "==" not in each or "--hash=sha256:" not in each] == []
