"""Where the files that come with the program are: in the wheel as package data, or in the repository."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def scenario_folder() -> Path:
    """Folder of the scenario library: inside an installed package, else the repository's ``scenarios``.

    Raises
    ------
    FileNotFoundError
        The installation has neither; it is incomplete.
    """
    package = Path(str(files("sim")))
    for folder in (package / "_scenarios", package.parent / "scenarios"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no scenario library in {package}; reinstall the package")


def scenario_files() -> dict[str, Path]:
    """Files of the scenario library by name, sorted by name."""
    return {path.stem: path for path in sorted(scenario_folder().glob("*.yaml"))}


def app_file() -> Path:
    """Entry script of the explorer: inside an installed package, else the repository's ``app.py``.

    Raises
    ------
    FileNotFoundError
        The installation has neither; it is incomplete.
    """
    package = Path(str(files("sim")))
    for file in (package / "_app.py", package.parent / "app.py"):
        if file.is_file():
            return file
    raise FileNotFoundError(f"no app.py in {package}; reinstall the package")
