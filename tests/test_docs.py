"""What the documents say is true: commands exist with their options, Python parses, numbers are ours, links lead somewhere."""

from __future__ import annotations

import ast
import re
import shlex
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("*/*.md")) if ".venv" not in path.parts)
README = ROOT / "README.md"
NARRATIVES = ROOT / "docs" / "narratives.md"
#: Largest distance from the printed table, in percentage points: the share itself, and its structure.
SHARE_TOLERANCE, STRUCTURE_TOLERANCE = 0.3, 0.9


def blocks(path: Path, *languages: str) -> list[tuple[int, str]]:
    """Fenced code blocks in one of the languages, each with the line where it starts."""
    found, inside, start, held = [], False, 0, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            if inside:
                found.append((start, "\n".join(held)))
            inside, start, held = not inside and line[3:].strip() in languages, number + 1, []
        elif inside:
            held.append(line)
    return found


def unweave_commands() -> list[tuple[str, list[str]]]:
    """Every ``unweave …`` in the documents: shell blocks and inline code, without comments and redirections."""
    found = []
    for path in DOCUMENTS:
        lines = [line for _, block in blocks(path, "sh", "bash", "console") for line in block.splitlines()]
        lines += re.findall(r"`(unweave [^`]+)`", path.read_text(encoding="utf-8"))
        for line in lines:
            for part in re.split(r"&&|\|\||;|\|", line):
                try:
                    words = shlex.split(part, comments=True)
                except ValueError:
                    continue
                names = [Path(word).name for word in words]
                if "unweave" in names:
                    found.append((path.name, words[names.index("unweave") + 1 :]))
    return found


def marked(name: str, path: Path = README) -> str:
    """The part of a document, of the README at first, between ``<!-- name:begin -->`` and ``<!-- name:end -->``."""
    text = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    assert text.count(begin) == text.count(end) == 1, f"{path.name} must hold {begin} and {end} once"
    return text.split(begin)[1].split(end)[0].strip()


def rows(table: str) -> list[list[str]]:
    """Cells of the body of a Markdown table."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# -- commands ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def command_line() -> Any:
    import typer

    from sim.cli import app

    return typer.main.get_command(app)


@pytest.mark.parametrize(
    ("document", "words"), unweave_commands(), ids=lambda value: " ".join(value) if isinstance(value, list) else value
)
def test_commands_exist_with_their_options(command_line: Any, document: str, words: list[str]) -> None:
    command, place = command_line, "unweave"
    while words and hasattr(command, "get_command") and not words[0].startswith("-"):
        names = command.list_commands(None)
        assert words[0] in names, f"{document}: `{place} {words[0]}` is no command; there are {names}"
        place, command, words = f"{place} {words[0]}", command.get_command(None, words[0]), words[1:]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"--help", "-h"}
    used = [word.split("=")[0] for word in words if word.startswith("-") and len(word) > 1]
    assert set(used) <= known, f"{document}: `{place}` has no option {sorted(set(used) - known)}"


def test_the_readme_shows_commands() -> None:
    assert len(unweave_commands()) >= 5


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_that_are_run_exist(path: Path) -> None:
    for module in re.findall(r"python3? -m ((?:tests|sim|decomp)[\w.]*)", path.read_text(encoding="utf-8")):
        assert find_spec(module) is not None, f"{path.name}: `python -m {module}` cannot run, there is no such module"


# -- Python -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "line", "code"),
    [(path, line, code) for path in DOCUMENTS for line, code in blocks(path, "python")],
    ids=lambda value: value.name if isinstance(value, Path) else str(value) if isinstance(value, int) else "code",
)
def test_python_blocks_parse_and_name_what_exists(path: Path, line: int, code: str) -> None:
    tree = ast.parse(code, filename=f"{path.name}:{line}")
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: import_module(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = import_module(str(node.module))
            for alias in node.names:
                assert hasattr(module, alias.name), f"{path.name}:{line}: {node.module} has no {alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            assert hasattr(modules[node.value.id], node.attr), f"{path.name}:{line}: {node.value.id} has no {node.attr}"


# -- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if not re.match(r"https?:|mailto:|#", target):
            assert (path.parent / target.split("#")[0]).exists(), f"{path.name} links to {target}, which does not exist"


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_the_validation_table_stays_within_the_stated_distance() -> None:
    """Ours against the printed figure in every cell of the README's table, without the data."""
    from decomp.names import data_rows

    printed = {
        (row["year"], row["exporter"], row["importer"]): row for row in data_rows("published", "table4_china_korea.csv")
    }
    shown = rows(marked("table4"))
    assert len(shown) == len(printed) == 26
    for year, pair, *cells in shown:
        exporter, importer = re.split(r"\s*→\s*", pair)
        row = printed[year, exporter, importer]
        for name, cell in zip(("vs_share", "mva", "ova", "fdc", "fva_fin", "fva_int"), cells, strict=True):
            ours, theirs = (float(number) for number in re.findall(r"\d+\.\d+", cell)[:2])
            assert theirs == float(row[name]), f"{year} {pair} {name}: the printed figure is copied wrongly"
            if name not in row["suspect"].split():
                limit = SHARE_TOLERANCE if name == "vs_share" else STRUCTURE_TOLERANCE
                assert abs(ours - theirs) <= limit, f"{year} {pair} {name}: {ours} against {theirs}"


def test_the_sizes_beside_the_literature_are_those_of_the_model() -> None:
    from tests.readme import literature_block

    assert marked("literature") == literature_block(), "run `python -m tests.readme --literature`"


def test_the_benchmark_block_holds_numbers() -> None:
    assert re.search(r"\d", marked("bench")), "run `python -m tests.readme --bench` to fill the block"


def test_the_readme_shows_the_rule_of_the_example() -> None:
    """The class as it stands in ``examples/own_rule.py``, which a test runs."""
    source = (ROOT / "examples" / "own_rule.py").read_text(encoding="utf-8")
    (rule,) = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    assert ast.get_source_segment(source, rule) in README.read_text(encoding="utf-8")
