"""Scenario files: the library, the schema, reading YAML with exact places, resolving against a table, checking."""

from importlib.resources import files
from pathlib import Path


def scenario_folder() -> Path:
    """Folder of the scenario library: inside an installed package, else the repository's ``scenarios``."""
    package = Path(str(files("sim")))
    for folder in (package / "_scenarios", package.parent / "scenarios"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no scenario library in {package}; reinstall the package")


def scenario_files() -> dict[str, Path]:
    """Files of the scenario library by name, sorted by name."""
    return {path.stem: path for path in sorted(scenario_folder().glob("*.yaml"))}


def is_file(path: Path, *, or_folder: bool = False) -> bool:
    """Whether there is a file of that name; no name is too long or too odd to ask."""
    try:
        return path.exists() if or_folder else path.is_file()
    except (OSError, ValueError):
        return False
