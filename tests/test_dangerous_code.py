"""What the code never does: run what was typed, unpack objects, weave values into SQL, write markup from a script."""

import ast
import re

import pytest

from tests.test_architecture import ROOT, source

NEVER_CALLED = {"eval", "exec", "compile", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load", "render_template_string", "Markup"}
NEVER_IMPORTED = {"pickle", "marshal", "shelve", "dill", "subprocess", "ctypes", "xml", "lxml", "random"}
SQL = {"text", "exec_driver_sql", "execute"}
# What a browser runs or keeps: none of it has a place in our scripts.
NEVER_IN_SCRIPTS = (
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "postMessage", "localStorage", "indexedDB",
)
# What was looked at and may stay: names of our own tables and settings; the demo starts its own two processes; YAML by a safe loader
# of ours; a QR code drawn by its library; the verifier is one file that holds our own script and style.
WHERE_SQL_IS_BUILT = {"sad.backups.databases", "sad.db"}
WHERE_PATTERNS_ARE_BUILT = {"sad.domain.forbidden_words"}
ALLOWED = {
    ("sad.cli.demo", "subprocess"), ("sad.cli.demo", "subprocess.Popen"), ("sad.parameters", "yaml.load"),
    ("sad.web.account.factors", "Markup"),
}
# Who speaks to the outside: mail to its server, the watch to our own health page, the antivirus to its socket.
WHO_SPEAKS: dict[str, set[str]] = {
    "smtplib": {"sad.mail"}, "urllib.request": {"sad.jobs.watch"}, "socket": {"sad.antivirus", "sad.cli.demo", "sad.web.reception"},
    "http.client": set(), "ftplib": set(),
}
PATTERNS = {"re.compile", "re.search", "re.match", "re.fullmatch", "re.sub", "re.split", "re.findall", "re.finditer"}
# The address of a sending under way, by which it is taken up again; taken away once whole.
KEPT_BY_BROWSERS = {("sending.js", "localStorage")}
OWN_MARKUP = {"templates/public/receipt_verifier.html"}


def calls(tree: ast.Module):
    """Every call, with the name it is written by."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_nothing_typed_is_ever_run():
    found = [
        f"{module}:{node.lineno}: {name}"
        for module, tree in source().items()
        for name, node in calls(tree)
        if (name in NEVER_CALLED or name.startswith("subprocess.")) and (module, name) not in ALLOWED
    ]
    assert found == []


def test_no_module_that_runs_commands_or_unpacks_objects_is_imported():
    """`random` neither: what must not be guessed comes from `secrets`; drawn tests have their own."""
    found = []
    for module, tree in source().items():
        for node in ast.walk(tree):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{module}: {name}" for name in names if name.split(".")[0] in NEVER_IMPORTED and (module, name) not in ALLOWED]
    assert found == []


def test_no_statement_is_woven_from_values():
    """Every SQL text is a constant; what varies goes beside it as a parameter."""
    found = [
        f"{module}:{node.lineno}: {ast.unparse(node)[:80]}"
        for module, tree in source().items()
        if module not in WHERE_SQL_IS_BUILT
        for name, node in calls(tree)
        if name.split(".")[-1] in SQL and node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert found == []


def test_no_pattern_is_drawn_from_what_is_typed():
    """The first argument is a constant, or built from constants of its module (in capitals) and from what `re.escape` has disarmed."""
    found = []
    for module, tree in source().items():
        for name, node in calls(tree):
            if name in PATTERNS and not _is_constant(node.args[0]) and module not in WHERE_PATTERNS_ARE_BUILT:
                found.append(f"{module}:{node.lineno}: {ast.unparse(node)[:80]}")
    assert found == []


def _is_constant(pattern: ast.expr) -> bool:
    if isinstance(pattern, ast.JoinedStr):
        return all(_is_constant(part.value) for part in pattern.values if isinstance(part, ast.FormattedValue))
    if isinstance(pattern, ast.BinOp):
        return _is_constant(pattern.left) and _is_constant(pattern.right)
    if isinstance(pattern, ast.Call):
        return ast.unparse(pattern.func) == "re.escape"
    return isinstance(pattern, ast.Constant) or (isinstance(pattern, ast.Name) and pattern.id.isupper())


def test_only_our_own_health_page_is_ever_fetched():
    """No address that somebody typed is asked for: who may speak to the outside is known by name."""
    found = []
    for module, tree in source().items():
        for node in ast.walk(tree):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{module}: {name}" for name in names if module not in WHO_SPEAKS.get(name, {module})]
    assert found == []


@pytest.mark.parametrize("path", sorted((ROOT / "sad" / "web" / "static").glob("*.js")), ids=lambda path: path.name)
def test_scripts_write_text_and_keep_nothing(path):
    script = path.read_text()
    assert [word for word in NEVER_IN_SCRIPTS if word in script and (path.name, word) not in KEPT_BY_BROWSERS] == []


def test_no_page_lets_typed_text_through_as_markup():
    """A constant may be markup (a place where a long word breaks), nothing else."""
    found = [
        f"{name}: {match[0]}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if (name := path.relative_to(ROOT).as_posix()) not in OWN_MARKUP
        for match in re.finditer(r"""(?<!["'])\s*\|\s*safe\b|autoescape\s+false|srcdoc|javascript:""", path.read_text())
    ]
    assert found == []


def test_the_exceptions_are_still_there():
    """One that goes leaves the list."""
    there = {(module, name) for module, tree in source().items() for name, _ in calls(tree)}
    assert set(source()) >= WHERE_SQL_IS_BUILT
    assert {(module, name) for module, name in ALLOWED if "." in name} <= there
    assert all((ROOT / name).is_file() for name in OWN_MARKUP)
