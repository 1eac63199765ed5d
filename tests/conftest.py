"""Shared fixtures: where the development data are, and reproducible Hypothesis settings."""

from __future__ import annotations

import gc
import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
#: No test reads tables that a developer has put in the place of the bundled ones.
os.environ["UNWEAVE_TABLES"] = str(ROOT / "tests" / "no tables")
#: One thread for each process of the tests: two workers whose libraries take every processor wait for each other.
#: Set here, before anything imports NumPy; workers of pytest-xdist and the commands that tests start inherit it.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

#: The many processes that tests start read the code that the first one compiled, wherever Python is told not to keep it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

settings.register_profile(
    "unweave", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("unweave")


def find_data() -> Path:
    """Folder of the development data: ``UNWEAVE_DATA``, else ``shared/data`` beside the project."""
    return Path(os.environ.get("UNWEAVE_DATA") or ROOT.parent / "shared" / "data")


#: Files that read the same runs of the library (``tests/library.py``): one worker makes them for all.
SHARING = {"tests/test_scenarios.py", "tests/test_findings.py", "tests/sim/test_scenarios.py"}
#: Files whose pages run the same stories and lessons: one worker runs them for all. Those in a browser have servers of their own.
PAGES = "tests/explorer/"
#: Files whose few tests take long. Others go by their number of tests, the fewest last, and a worker that took one of these
#: last of all would leave the other idle.
LONG = (
    "tests/test_wheel.py",
    "tests/cli/test_interruption.py",
    "tests/cli/test_after_runs.py",
    "tests/cli/test_attribution.py",
    "tests/cli/test_brief.py",
    "tests/sim/economy/test_accounts.py",
    "tests/sim/model/test_mesa.py",
    "tests/sim/studies/test_attribution_library.py",
    "tests/decomp/estimate/test_estimate.py",
    "tests/decomp/estimate/test_own.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out files to workers as ``--dist loadfile`` does, what takes long first and what shares runs together."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LongFirst(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            if file.startswith(PAGES) and "test_browser" not in file:
                return PAGES
            return min(SHARING) if file in SHARING else file

        def schedule(self) -> None:
            super().schedule()
            for file in LONG:
                if file in self.workqueue:
                    self.workqueue.move_to_end(file, last=False)

    return LongFirst(config, log)


def pytest_collection_finish() -> None:
    """What has been imported and collected stays to the end: looking through it for garbage again and again is in vain."""
    gc.freeze()


@pytest.fixture(autouse=True)
def fresh_logger() -> None:
    """What a command called in the same process makes of the loggers is nothing to the tests after it."""
    for name in ("unweave", *(known for known in logging.root.manager.loggerDict if known.startswith("unweave."))):
        logger = logging.getLogger(name)
        logger.setLevel(logging.NOTSET)
        logger.propagate, logger.disabled, logger.handlers[:] = True, False, []


#: What stands for a picture where a test does not look at it.
PICTURE = '<svg class="marks" width="100" height="60" viewBox="0 0 100 60" xmlns="http://www.w3.org/2000/svg"></svg>'


@pytest.fixture(autouse=True)
def quick_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the pictures of reports only where a test is marked ``pictures``: a report has dozens, and each takes a while."""
    if request.node.get_closest_marker("pictures") is None:
        monkeypatch.setattr("vl_convert.vegalite_to_svg", lambda spec, **options: PICTURE)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Development data; skips loudly where it is absent, and fails in CI, where it must be present."""
    found = find_data()
    if not (found / "wiod2013").is_dir():
        message = f"development data not found at {found}: set UNWEAVE_DATA to the folder that holds wiod2013/"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def wiod_dir(data_dir: Path) -> Path:
    """Folder of the full WIOD tables 1995–2011."""
    return data_dir / "wiod2013"
