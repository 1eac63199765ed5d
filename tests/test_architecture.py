"""Imports point one way only: each module may import from its own package or from a lower layer (design of the project)."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

#: Lowest first. Modules of one line do not import each other, except inside one package.
DECOMP_LAYERS: list[list[str]] = [
    ["errors"],
    ["labels"],
    ["codes"],
    ["names", "split"],
    ["table"],
    ["check", "aggregate", "leontief", "terms"],
    ["result"],
    ["parts"],
    ["wwz"],
    ["structure", "alternatives", "indicators", "toy"],
    ["measures"],
    ["io"],
    ["estimate"],
    ["published"],
]
SIM_LAYERS: list[list[str]] = [
    ["_version", "errors", "levers", "channels", "logs", "texts"],
    ["calibration"],
    ["fields", "state"],
    ["rules"],
    ["scenario"],
    ["economy", "indicators"],
    ["model"],
    ["runs.result", "runs.saved", "runs.brief"],
    ["charts"],
    ["report"],
    ["runs"],
    ["observed"],
    ["attribution", "studies"],
    ["explorer"],
    ["cli"],
]
#: Inside the explorer: what can be chosen, what is drawn and said, what a session holds, and only then pages.
EXPLORER_LAYERS: list[list[str]] = [
    ["setups"],
    ["lessons"],
    ["contents"],
    ["parts"],
    ["teaching"],
    ["pages"],
    ["main"],
]
LAYERS = [("decomp", DECOMP_LAYERS), ("sim", SIM_LAYERS), ("sim.explorer", EXPLORER_LAYERS)]
#: Parts of the explorer that can be used and tested without Streamlit.
PLAIN = ("setups", "lessons", "contents")
#: Packages that only some modules may import.
CONFINED = {
    "mesa": {"sim.model"},
    "ruamel": {"sim.scenario.yaml_text"},
    "streamlit": {"app", "sim.explorer"},
}
#: Numerics: arrays in, arrays out. pandas is imported inside the functions at the edge only.
NUMERICS = ["decomp/leontief.py", "decomp/wwz.py", "decomp/table.py", "decomp/indicators.py"]


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package.replace(".", "/")).rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every statement and expression of a file, read once for all tests."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports(path: Path, *, top_only: bool = False, typing: bool = True) -> list[tuple[int, str]]:
    """Modules that a file imports, each with its line. ``from a import b`` gives both a and a.b."""
    found: list[tuple[int, str]] = []
    skip: set[ast.AST] = set()
    for node in nodes(path):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not typing:
            skip.update(child for branch in node.body for child in ast.walk(branch))
        if top_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            skip.update(child for child in ast.walk(node) if child is not node)
    for node in nodes(path):
        if node in skip:
            continue
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: use absolute imports"
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def rank(module: str, package: str, layers: list[list[str]]) -> int | None:
    """Layer of a module of the package, by its longest name there; None for the package's own __init__ (lazy public names)."""
    if not module.startswith(f"{package}."):
        return None
    parts = module.removeprefix(f"{package}.").split(".")
    for name in (".".join(parts[:2]), parts[0]):
        for level, names in enumerate(layers):
            if name in names:
                return level
    return None


@pytest.mark.parametrize(("package", "layers"), LAYERS)
def test_every_module_has_a_layer(package: str, layers: list[list[str]]) -> None:
    known = {name for names in layers for name in names} | {"data", "__init__"}
    home = ROOT / package.replace(".", "/")
    homes = {path.relative_to(home).parts[0].removesuffix(".py") for path in modules(package)}
    assert homes <= known, f"give these a layer in this test: {sorted(homes - known)}"


@pytest.mark.parametrize(("package", "layers"), LAYERS)
def test_no_import_points_up(package: str, layers: list[list[str]]) -> None:
    up = []
    for path in modules(package):
        here = dotted(path)
        level = rank(here, package, layers)
        if level is None:
            continue
        # A noun may offer methods that hand itself to a higher layer (table.check(), result.save()): such
        # imports stand inside the function, and type-checking imports run nothing.
        for line, target in imports(path, top_only=True, typing=False):
            other = rank(target, package, layers)
            depth = len(package.split(".")) + 1
            same_package = target.split(".")[:depth] == here.split(".")[:depth]
            if other is not None and not same_package and other >= level:
                up.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert not up, "imports that point up or sideways:\n" + "\n".join(up)


#: The methods of nouns that reach up, inside a function. A new one must be named here.
REACHING_UP = {
    ("decomp.table", "decomp.check"),
    ("decomp.table", "decomp.aggregate"),
    ("sim.runs.result", "sim.report"),
    ("sim.runs.result", "sim.studies"),
    ("sim.runs.saved", "sim.report"),
}


@pytest.mark.parametrize(("package", "layers"), LAYERS)
def test_imports_inside_functions_point_up_only_where_named(package: str, layers: list[list[str]]) -> None:
    up = set()
    for path in modules(package):
        here = dotted(path)
        level = rank(here, package, layers)
        if level is None:
            continue
        for _, target in imports(path, typing=False):
            other = rank(target, package, layers)
            home = ".".join(target.split(".")[:2])
            if other is not None and home != ".".join(here.split(".")[:2]) and other >= level:
                up.add((here, home))
    assert up <= REACHING_UP, f"not named in REACHING_UP: {sorted(up - REACHING_UP)}"


def test_decomp_never_imports_sim() -> None:
    wrong = [
        f"{path}:{line}" for path in modules("decomp") for line, name in imports(path) if name.split(".")[0] == "sim"
    ]
    assert not wrong


@pytest.mark.parametrize("library", sorted(CONFINED))
def test_library_is_confined(library: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in [*modules("decomp"), *modules("sim")]
        for line, name in imports(path)
        if name.split(".")[0] == library and not any(dotted(path).startswith(home) for home in CONFINED[library])
    ]
    assert not wrong, f"{library} is imported outside {sorted(CONFINED[library])}: {wrong}"


@pytest.mark.parametrize("file", NUMERICS)
def test_numerics_do_not_import_pandas(file: str) -> None:
    assert not [name for _, name in imports(ROOT / file, top_only=True, typing=False) if name.split(".")[0] == "pandas"]


@pytest.mark.parametrize("statement", ["import decomp", "import sim", "import sim.cli"])
def test_importing_is_light(statement: str) -> None:
    heavy = ["pandas", "scipy", "mesa", "altair", "pyarrow", "streamlit", "vl_convert", "pymrio", "jinja2"]
    code = f"{statement}; import sys; print(' '.join(m for m in {heavy!r} if m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert loaded.split() == []


def test_most_of_the_explorer_needs_no_streamlit() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for part in PLAIN
        for path in modules(f"sim.explorer.{part}")
        for line, target in imports(path)
        if target.split(".")[0] == "streamlit"
    ]
    assert not found
