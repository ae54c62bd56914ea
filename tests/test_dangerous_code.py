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
# of ours; the verifier is one file that holds our own script and style.
WHERE_SQL_IS_BUILT = {"sad.backups.databases", "sad.db"}
ALLOWED = {("sad.cli.demo", "subprocess"), ("sad.cli.demo", "subprocess.Popen"), ("sad.parameters", "yaml.load")}
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


@pytest.mark.parametrize("path", sorted((ROOT / "sad" / "web" / "static").glob("*.js")), ids=lambda path: path.name)
def test_scripts_write_text_and_keep_nothing(path):
    script = path.read_text()
    assert [word for word in NEVER_IN_SCRIPTS if word in script] == []


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
