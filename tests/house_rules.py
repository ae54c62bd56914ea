"""What must agree between files, read from the source under a root; each function gives the faults it finds."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import Environment, meta

A_RULE, A_SETTING = re.compile(r"\b[A-Z]{3}-\d{2}\b"), re.compile(r"\bSAD_[A-Z_]+\b")
SOMETHING = "[^/]+"
Key = tuple[str, str]  # a module and the name of one of its functions
# Written with brackets, so that this file does not find itself.
NOT_TO_BE_KEPT = (
    r"TO[D]O\b", r"FIX[M]E\b", r"(?<![\w./])/(wor[k]|roo[t]|hom[e]|User[s]|tm[p]/plan)/", r"pypi\.or[g]", r"pythonhoste[d]", r"npmj[s]\.",
    r"--(extra-)?index-ur[l]\b", r"<{7} ", r">{7} ",
)


def trees(root: Path, folder: str = "sad") -> Iterator[tuple[str, ast.Module]]:
    """The name of each module under a folder, with its syntax tree."""
    for path in sorted((root / folder).rglob("*.py")):
        yield ".".join(path.relative_to(root).with_suffix("").parts), ast.parse(path.read_text())


def patterns(node: ast.expr | None) -> Iterator[str]:
    """Regular expressions for what a string, an f-string or a choice of them may say."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else SOMETHING for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from patterns(node.body)
        yield from patterns(node.orelse)


def strings(root: Path) -> Iterator[str]:
    """What every string of the code may say."""
    for _, tree in trees(root):
        pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in pieces:
                yield from patterns(node)


def templates(root: Path, suffix: str) -> dict[str, set[str]]:
    """Each template with those that it extends, includes or imports."""
    environment, folder = Environment(), root / "templates"
    return {
        path.relative_to(folder).as_posix(): {name for name in meta.find_referenced_templates(environment.parse(path.read_text())) if name}
        for path in sorted(folder.rglob(f"*{suffix}"))
    }


def unused_templates(root: Path) -> list[str]:
    """Pages that no view renders and that no page includes."""
    known = templates(root, ".html")
    included = set().union(*known.values())
    rendered = [said for said in strings(root) if said.endswith(re.escape(".html"))]
    return [name for name in known if name not in included and not any(re.fullmatch(said, name) for said in rendered)]


def missing_templates(root: Path) -> list[str]:
    """Pages that a view or a page names and that do not exist."""
    known = templates(root, ".html")
    rendered = {said for said in strings(root) if said.endswith(re.escape(".html"))}
    lost = {said for said in rendered if not any(re.fullmatch(said, name) for name in known)}
    return sorted(lost | {name for names in known.values() for name in names if name.endswith(".html") and name not in known})


def letter_faults(root: Path) -> list[str]:
    """Letters without a template, and templates that no letter uses."""
    known = {name.removeprefix("letters/").removesuffix(".txt"): uses for name, uses in templates(root, ".txt").items()}
    written, chosen = _letters_written(root)
    included = {name.removesuffix(".txt") for uses in known.values() for name in uses}
    used = [kind for kind in known if kind in included | chosen or any(re.fullmatch(said, kind) for said in written)]
    homeless = [said for said in written if not any(re.fullmatch(said, kind) for kind in known)]
    return [f"{kind}: no letter uses it" for kind in known if kind not in used] + [f"{said}: no template" for said in sorted(homeless)]


def _letters_written(root: Path) -> tuple[set[str], set[str]]:
    """What calls of `write_letter` say, and the words among which a call may choose when it names a variable."""
    written, chosen = set(), set()
    for _, tree in trees(root):
        kinds = [node.args[0] for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node) == "write_letter"]
        written |= {said for kind in kinds for said in patterns(kind)}
        if any(not list(patterns(kind)) for kind in kinds):
            chosen |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return written, chosen


def unknown_rules(root: Path, rules: Iterable[str]) -> list[str]:
    """Rules that are named in the code, the pages or the configuration and that are not in the table."""
    files = [path for folder in ("sad", "templates", "config") for path in sorted((root / folder).rglob("*.*")) if path.is_file()]
    texts = [(path, path.read_text()) for path in files if path.suffix in (".py", ".html", ".txt", ".typ", ".yaml")]
    known = set(rules)
    return [f"{path.relative_to(root)}: {name}" for path, text in texts for name in sorted(set(A_RULE.findall(text)) - known)]


def unjournalled_acts(root: Path) -> list[str]:
    """Public functions of the actions that take an instant, change rows, and never come to `record`."""
    functions = {
        (module, node.name): node for module, tree in trees(root, "sad/actions") for node in tree.body if isinstance(node, ast.FunctionDef)
    }
    names = _names_seen(root, functions)
    journalled = _callers({key for key in functions if key[0].endswith(".journal")}, functions, names)
    writers = _callers({key for key, node in functions.items() if _writes(node)}, functions, names)
    return [
        f"{module.removeprefix('sad.actions.')}.{name}"
        for module, name in functions
        if (module, name) in writers - journalled and not name.startswith("_") and "at" in _parameters(functions[module, name])
    ]


def _callers(found: set[Key], functions: dict[Key, ast.FunctionDef], names: dict[str, dict[str, Key]]) -> set[Key]:
    """These functions and all that call one of them, however far."""
    while more := {key for key, node in functions.items() if key not in found and _calls(node, names[key[0]]) & found}:
        found = found | more
    return found


def _names_seen(root: Path, functions: Iterable[Key]) -> dict[str, dict[str, Key]]:
    """For each module of the actions, the name under which it sees each of their functions."""
    seen: dict[str, dict[str, Key]] = {}
    for module, tree in trees(root, "sad/actions"):
        seen[module] = {name: (home, name) for home, name in functions if home == module}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                seen[module] |= {alias.asname or alias.name: (str(node.module), alias.name) for alias in node.names}
                for alias in node.names:
                    short, full = alias.asname or alias.name, f"{node.module}.{alias.name}"
                    seen[module] |= {f"{short}.{name}": (home, name) for home, name in functions if home == full}
    return seen


def _calls(function: ast.FunctionDef, names: dict[str, Key]) -> set[Key]:
    called = (ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call))
    return {names[name] for name in called if name in names}


def _parameters(function: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}


def _writes(function: ast.FunctionDef) -> bool:
    """Does it add or delete rows, or assign to an attribute of something?"""
    assigned = [target for node in ast.walk(function) if isinstance(node, ast.Assign) for target in node.targets]
    changed = any(isinstance(target, ast.Attribute) for target in assigned)
    return changed or any(_name(node) in ("add", "add_all", "delete", "merge") for node in ast.walk(function) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).split(".")[-1]


def unlinked(root: Path, endpoints: Iterable[str]) -> list[str]:
    """Addresses to which no page, menu, letter or redirection leads."""
    written = "\n".join(path.read_text() for path in sorted((root / "templates").rglob("*.*")))
    said = {text.replace("\\", "") for text in strings(root)}
    return [name for name in endpoints if name not in said and not re.search(rf"""["']{re.escape(name)}["']""", written)]


def undocumented_settings(root: Path) -> list[str]:
    """Settings that the code reads and an example file does not explain, or the other way round."""
    read = set(A_SETTING.findall((root / "sad" / "settings.py").read_text()))
    faults = []
    for path in sorted((root / "config" / "environments").glob("*.example")):
        told = set(A_SETTING.findall(path.read_text()))
        faults += [f"{path.name}: {name}" for name in sorted(read ^ told)]
    return faults


def models_without_aggregate(root: Path, aggregates: Iterable[str]) -> list[str]:
    """Files of models with a table that the registry does not name."""
    with_table = [module for module, tree in trees(root, "sad/models") if "__tablename__" in ast.unparse(tree)]
    return sorted(set(with_table) - set(aggregates))


def kept_by_mistake(root: Path, names: Iterable[str]) -> list[str]:
    """Tracked files that say where they were made, or what is still to be done."""
    faults = []
    for name in names:
        text = (root / name).read_bytes().decode(errors="ignore") if (root / name).is_file() else ""
        faults += [f"{name}: {found.group()}" for pattern in NOT_TO_BE_KEPT if (found := re.search(pattern, text))]
    return faults
