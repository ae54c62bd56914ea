"""The rules of the house, held by reading the source."""

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CEILING, TEST_CEILING, FUNCTION_CEILING = 300, 400, 40
# Lower may not import higher; what stands beside (trust, storage, parameters...) is on the floor that its users need.
FLOORS = {
    "domain": 0, "clock": 0, "settings": 0, "logs": 0, "trust": 1, "file_types": 1, "storage": 1, "parameters": 1, "reference": 1,
    "mail": 1, "db": 1, "need_templates": 1, "stages_model": 1, "requirement_library": 1, "clause_library": 1, "migrations": 3, "models": 2,
    "spool": 1, "antivirus": 1,
    "letters": 3, "reports": 3, "exports": 3, "actions": 4, "doctor": 5, "backups": 5, "web": 5, "jobs": 5, "demo": 6, "cli": 7,
}
AUDIENCES = ("public", "supplier", "agent", "procurement", "admin")
WEB_ONLY = {"flask", "flask_login", "flask_wtf", "wtforms", "flask_babel", "flask_bootstrap", "werkzeug", "click"}


@cache
def source(folder: str = "sad") -> dict[str, ast.Module]:
    """Module name -> syntax tree."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(), filename=str(path))
    return found


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module imported, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(module: str) -> set[str]:
    """The modules of sad that a module imports."""
    modules = source()
    return {name for name in imports(modules[module]) if name in modules and name != module and name != "sad"}


def floor(module: str) -> int | None:
    parts = module.split(".")
    return FLOORS.get(parts[1]) if len(parts) > 1 else None


def test_every_part_of_the_package_has_a_floor():
    assert [module for module in source() if module != "sad" and floor(module) is None] == []


def test_imports_only_go_down():
    faults = [
        f"{module} imports {other}"
        for module in source()
        for other in inside(module)
        if (floor(module) or 0) < (floor(other) or 0)
    ]
    assert faults == []


def test_audiences_do_not_import_each_other():
    faults = [
        f"{module} imports {other}"
        for module in source()
        for other in inside(module)
        for mine in AUDIENCES
        for theirs in AUDIENCES
        if mine != theirs and module.startswith(f"sad.web.{mine}.") and other.startswith(f"sad.web.{theirs}.")
    ]
    assert faults == []


def test_there_is_no_import_cycle_even_inside_functions():
    graph = {module: inside(module) for module in source()}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path[path.index(module):], module))
        if module in done:
            return
        for other in sorted(graph[module]):
            visit(other, (*path, module))
        done.add(module)

    for module in graph:
        visit(module, ())


def test_imports_stand_at_the_top_of_the_file():
    faults = [
        f"{module}:{node.lineno}"
        for module, tree in source().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert faults == []


@pytest.mark.parametrize("layer", ["domain", "models", "actions", "letters", "reports", "exports", "trust", "jobs"])
def test_only_the_edges_know_the_web(layer: str):
    faults = [
        f"{module} imports {name}"
        for module, tree in source().items()
        if module.startswith(f"sad.{layer}.")
        for name in imports(tree)
        if name.split(".")[0] in WEB_ONLY
    ]
    assert faults == []


def test_the_domain_needs_the_standard_library_only():
    faults = [
        f"{module} imports {name}"
        for module, tree in source().items()
        if module.startswith("sad.domain")
        for name in imports(tree)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("sad.domain")
    ]
    assert faults == []


def test_the_domain_imported_alone_loads_neither_flask_nor_sqlalchemy():
    modules = [module for module in source() if module.startswith("sad.domain")]
    script = f"import sys, {', '.join(modules)}; print(sorted({{'flask', 'sqlalchemy', 'wtforms'}} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def calls(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "datetime.date.today"}
CLOCKS |= {"time.time", "time.localtime", "func.now"}


def test_only_the_clock_reads_the_time():
    faults = [
        f"{module}:{line} {name}"
        for module, tree in source().items()
        if module != "sad.clock"
        for name, line in calls(tree)
        if name in CLOCKS
    ]
    assert faults == []


def test_only_the_edges_ask_the_clock():
    faults = [
        f"{module}:{line}"
        for module, tree in source().items()
        if floor(module) is not None and floor(module) < FLOORS["web"] and module != "sad.clock"
        for name, line in calls(tree)
        if name in ("clock.now", "now")
    ]
    assert faults == []


def test_only_the_database_module_commits():
    faults = [
        f"{module}:{line} {name}"
        for module, tree in source().items()
        if module != "sad.db"
        for name, line in calls(tree)
        if name.split(".")[-1] in ("commit", "begin_nested")
    ]
    assert faults == []


@pytest.mark.parametrize("layer", ["domain", "models", "actions", "letters", "reports", "exports", "web"])
def test_only_commands_print(layer: str):
    faults = [
        f"{module}:{line}"
        for module, tree in source().items()
        if module.startswith(f"sad.{layer}.")
        for name, line in calls(tree)
        if name in ("print", "click.echo")
    ]
    assert faults == []


def test_no_file_is_above_its_ceiling():
    sizes = {path: len(path.read_text().splitlines()) for folder in ("sad", "migrations") for path in (ROOT / folder).rglob("*.py")}
    tests = {path: len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    faults = [f"{path.relative_to(ROOT)}: {size}" for path, size in sizes.items() if size > CEILING]
    faults += [f"{path.relative_to(ROOT)}: {size}" for path, size in tests.items() if size > TEST_CEILING]
    assert faults == []


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_function_is_above_its_ceiling():
    faults = [
        f"{module}.{function.name}: {length(function)}"
        for module, tree in source().items()
        for function in functions(tree)
        if length(function) > FUNCTION_CEILING
    ]
    assert faults == []


def test_the_median_function_and_module_stay_small():
    lengths = [length(function) for tree in source().values() for function in functions(tree)]
    modules = [len(path.read_text().splitlines()) for path in (ROOT / "sad").rglob("*.py") if path.name != "__init__.py"]
    assert statistics.median(lengths) <= 10
    assert statistics.median(modules) <= 120


def test_packages_hold_a_docstring_and_nothing_else():
    faults = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "sad").rglob("__init__.py")
        if path != ROOT / "sad" / "web" / "__init__.py" and len(ast.parse(path.read_text()).body) != 1
    ]
    assert faults == []


def test_no_file_has_a_name_that_says_nothing():
    vague = {"utils", "helpers", "common", "manager", "misc", "tools", "base"}
    assert [module for module in source() if module.split(".")[-1] in vague] == []


def test_public_functions_of_the_rules_and_of_the_actions_say_what_they_take_and_give():
    faults = [
        f"{module}.{node.name}"
        for module, tree in source().items()
        if module.startswith(("sad.domain", "sad.actions", "sad.trust"))
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert faults == []


def test_the_top_level_is_the_one_that_was_asked_for():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not listed:
        pytest.skip("hors d'un dépôt git : la liste des fichiers suivis manque")
    allowed = {
        "app.py", "sad", "templates", "migrations", "tests", "config", "README.md", "pyproject.toml", "Makefile", ".ci",
        "CHANGELOG.md", "docs", "benchmarks", ".gitignore", ".gitattributes", "LICENSE",
    }
    assert {name.split("/")[0] for name in listed} <= allowed
