"""The built wheel works away from the repository: tables, scenarios and the command come with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it in a virtual environment of its own, return the ``unweave`` command there.

    Dependencies are taken from the environment that runs the tests, so that the test needs no downloads of its own;
    the package itself must come from the wheel.
    """
    home = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(home / "dist"), str(ROOT)],
        check=True,
        cwd=home,
    )
    (wheel,) = (home / "dist").glob("unweave-*.whl")
    venv.create(home / "env", with_pip=False, symlinks=True)
    python = home / "env" / "bin" / "python"
    ours = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", ours, str(wheel)],
        check=True,
    )
    import numpy

    (Path(ours) / "dependencies.pth").write_text(str(Path(numpy.__file__).parents[1]) + "\n")
    command = home / "env" / "bin" / "unweave"
    command.write_text(f"#!{python}\nfrom sim.cli import main\nmain()\n")
    command.chmod(0o755)
    return command


def place(command: Path) -> Path:
    """Folder that the wheel was unpacked into."""
    (found,) = command.parents[1].glob("lib/python3*/site-packages")
    return found


def call(command: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "UNWEAVE_RUNS"}}
    return subprocess.run(
        [str(command), *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_the_package_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    python = installed.parent / "python"
    where = subprocess.run(
        [str(python), "-c", "import sim, decomp; print(sim.__file__); print(decomp.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str(ROOT) not in where


def test_every_data_file_of_the_tree_is_in_the_wheel(installed: Path) -> None:
    """Tables, catalogues, templates, lessons: whatever lies in the packages or the library is read by somebody."""
    wanted = {"sim/_app.py", "sim/_streamlit.toml"}
    for folder, inside in (("decomp", "decomp"), ("sim", "sim"), ("scenarios", "sim/_scenarios")):
        for file in (ROOT / folder).rglob("*"):
            parts = file.relative_to(ROOT / folder).parts
            hidden = "__pycache__" in parts or any(part.startswith(".") for part in parts)
            if file.is_file() and file.suffix != ".py" and not hidden:
                wanted.add("/".join((inside, *parts)))
    assert {".npz", ".csv", ".toml", ".yaml", ".j2", ".css", ".json"} <= {Path(name).suffix for name in wanted}
    assert [name for name in sorted(wanted) if not (place(installed) / name).is_file()] == []


#: Visits every page of the installed explorer; run by the Python of the installation, away from the repository.
VISIT = """
from streamlit.util import calc_hash
from streamlit.testing.v1 import AppTest
from sim.explorer.main import app_file
from sim.explorer.parts import ui

app = AppTest.from_file(str(app_file()), default_timeout=120)
app.query_params["l"] = "zh"
app.run()
for page in ui.PAGES:
    if page != "start":
        app._page_hash = calc_hash(page)  # as tests/explorer/conftest.py
        app.run()
    assert not app.exception and not app.error, (page, app.exception, app.error)
    print(page, app.title[0].value)
"""


def test_every_page_of_the_installed_explorer_opens(installed: Path, tmp_path: Path) -> None:
    pytest.importorskip("streamlit")
    shown = subprocess.run(
        [str(installed.parent / "python"), "-c", VISIT], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    said = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines())
    assert len(said) == 10 and said["lab"] == "实验台" and said["lessons"] == "课程"


def test_list_names_the_bundled_scenarios_and_tables(installed: Path, tmp_path: Path) -> None:
    shown = call(installed, "list", "scenarios", "--json", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert {"status-quo", "baseline", "ai-divide", "trade-war"} <= {
        row["name"] for row in json.loads(shown.stdout)["scenarios"]
    }


def test_run_writes_a_run_folder(installed: Path, tmp_path: Path) -> None:
    ran = call(installed, "run", "ai-divide", "--set", "table=classroom-2011", "--years", "2011:2013", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    (folder,) = (path for path in (tmp_path / "runs").iterdir() if path.is_dir())
    assert json.loads((folder / "run.json").read_text())["status"] == "ok"
    assert (folder / "report.html").stat().st_size > 10_000
