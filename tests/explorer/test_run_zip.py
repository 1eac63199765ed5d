"""Zips of runs handed in: what was downloaded opens again; what is broken or hostile is refused with its reason and leaves nothing."""

from __future__ import annotations

import io
import json
import stat
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.errors import OutputError
from sim.explorer.setups import uploads as run_zip
from sim.explorer.setups.engine import simulate
from sim.explorer.setups.setup import Setup
from sim.explorer.setups.share import zip_of_folder
from sim.explorer.setups.uploads import UploadError, read_own, unpack
from sim.runs.saved import read_run
from sim.texts import Texts
from tests.explorer.conftest import go, healthy

SCENARIO = (
    "extends: trust-ledger\nname: mine\ntitle: Mine\nquestion: What then?\ntable: classroom-2022\nyears: [2022, 2028]\n"
)
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs")
    simulate(read_own(SCENARIO, "mine.yaml", Setup())).save(place, lang=None)
    return next(path for path in place.iterdir() if path.is_dir())


@pytest.fixture
def files(folder: Path) -> Files:
    return {f"{folder.name}/{one.relative_to(folder)}": one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))


def left(tmp_path: Path) -> list[str]:
    return [one.name for one in (tmp_path / "t").iterdir() if one.name.startswith("unweave-")]


def packed(
    files: Files, change: Callable[[zipfile.ZipFile], None] | None = None, kind: int = zipfile.ZIP_DEFLATED
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as box, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that stands twice
        for name, content in files.items():
            box.writestr(name, content)
        if change is not None:
            change(box)
    return buffer.getvalue()


def refused(content: bytes, tmp_path: Path, name: str = "run.zip") -> str:
    with pytest.raises(UploadError) as caught:
        unpack(name, content)
    assert not left(tmp_path)
    for lang in ("en", "zh"):
        assert "{" not in Texts(lang)(caught.value.key, **caught.value.values)
    return caught.value.key


@pytest.mark.parametrize("bom", [False, True])
def test_what_was_downloaded_opens_again_with_the_same_numbers(folder: Path, bom: bool, tmp_path: Path) -> None:
    found = unpack(f"{folder.name}.zip", zip_of_folder(folder, bom=bom))
    assert found.folder.name == folder.name and left(tmp_path)
    before, after = read_run(folder), read_run(found.folder)
    assert after.manifest == before.manifest
    for name in before.tables:
        pd.testing.assert_frame_equal(before[name], after[name])
    del found
    assert not left(tmp_path)  # the folder goes with what held it


def test_a_zip_without_a_folder_around_it_is_taken(files: Files) -> None:
    found = unpack("my run.zip", packed({name.partition("/")[2]: content for name, content in files.items()}))
    assert found.folder.name == "my_run" and read_run(found.folder).name == "mine"


@pytest.mark.parametrize("name", [
    "../evil.json", "run/../../evil.json", "/etc/evil.json", "C:/evil.json", "run/..\\evil.json", "elsewhere/evil.json",
    "NUL.json", "a\x00b.json", "a\nb.json",
])  # fmt: skip
def test_paths_that_lead_elsewhere_are_refused(files: Files, folder: Path, name: str, tmp_path: Path) -> None:
    inside = name.replace("run/", f"{folder.name}/", 1)
    assert refused(packed({**files, inside: b"{}"}), tmp_path) in ("upload.zip_path", "upload.zip_kind")
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o644, stat.S_IFCHR | 0o644])
def test_links_and_devices_are_refused(files: Files, folder: Path, mode: int, tmp_path: Path) -> None:
    def link(box: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo(f"{folder.name}/tables/link.csv")
        entry.external_attr = mode << 16
        box.writestr(entry, "/etc/passwd")

    assert refused(packed(files, link), tmp_path) == "upload.zip_path"


def test_a_name_that_stands_twice_is_refused(files: Files, folder: Path, tmp_path: Path) -> None:
    assert refused(packed(files, lambda box: box.writestr(f"{folder.name}/RUN.json", "{}")), tmp_path) in (
        "upload.zip_path", "upload.zip_no_run")  # fmt: skip
    assert (
        refused(packed(files, lambda box: box.writestr(f"{folder.name}/tables/Checks.csv", "")), tmp_path)
        == "upload.zip_path"
    )


@pytest.mark.parametrize("name", ["evil.py", "evil.pkl", "tables/evil.so", "tables/evil"])
def test_other_kinds_of_files_are_refused(files: Files, folder: Path, name: str, tmp_path: Path) -> None:
    assert refused(packed({**files, f"{folder.name}/{name}": b"x"}), tmp_path) == "upload.zip_kind"


def test_unusual_packing_is_refused(files: Files, tmp_path: Path) -> None:
    assert refused(packed(files, kind=zipfile.ZIP_LZMA), tmp_path) == "upload.zip_kind"


def test_bombs_are_refused_by_what_they_state_and_by_what_comes_out(
    files: Files, folder: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(run_zip, "MAX_UNPACKED", 20 * 1024**2)
    bomb = packed({**files, f"{folder.name}/report.html": bytes(30 * 1024**2)})
    assert len(bomb) < 2 * 1024**2
    assert refused(bomb, tmp_path) == "upload.zip_unpacked"
    lying = bytearray(bomb)
    size = (30 * 1024**2).to_bytes(4, "little")
    while (place := lying.find(size)) >= 0:  # the size as stated, in both headers
        lying[place : place + 4] = (1024).to_bytes(4, "little")
    assert refused(bytes(lying), tmp_path) in ("upload.zip_bad", "upload.zip_unpacked")


def test_too_many_files_and_too_large_zips_are_refused(files: Files, folder: Path, tmp_path: Path, monkeypatch) -> None:
    many = {f"{folder.name}/tables/t{k}.csv": b"" for k in range(run_zip.MAX_FILES)}
    assert refused(packed({**files, **many}), tmp_path) == "upload.zip_many"
    monkeypatch.setattr(run_zip, "MAX_ZIP", 1000)
    assert refused(packed(files), tmp_path) == "upload.large"


@pytest.mark.parametrize(("content", "key"), [(b"", "upload.empty"), (b"no zip at all", "upload.zip_bad")])
def test_what_is_no_zip_is_said(content: bytes, key: str, tmp_path: Path) -> None:
    assert refused(content, tmp_path) == key


def test_a_damaged_or_other_zip_is_said(files: Files, folder: Path, tmp_path: Path) -> None:
    whole = packed(files)
    assert refused(whole[: len(whole) // 2], tmp_path) == "upload.zip_bad"
    broken = bytearray(packed(files, kind=zipfile.ZIP_STORED))
    broken[broken.find(b"PAR1") + 40] ^= 0xFF
    assert refused(bytes(broken), tmp_path) == "upload.zip_bad"  # its checksum does not fit
    assert refused(packed({"notes.txt": b"hello"}), tmp_path) == "upload.zip_no_run"
    two = {**files, **{name.replace(folder.name, "second"): content for name, content in files.items()}}
    assert refused(packed(two), tmp_path) == "upload.zip_no_run"


def changed(files: Files, folder: Path, **values: Any) -> bytes:
    name = f"{folder.name}/run.json"
    return packed({**files, name: json.dumps({**json.loads(files[name]), **values}).encode()})


def test_a_manifest_that_says_what_no_run_says_is_refused(files: Files, folder: Path, tmp_path: Path) -> None:
    for values in ({"title": {"en": "![x](https://example.org/x.png)"}}, {"name": "a" * 9000}, {"name": ["x"]}, {"years": [2011]},
                   {"title": {"en": "<script>"}}):  # fmt: skip
        assert refused(changed(files, folder, **values), tmp_path) == "upload.zip_run", values
    for values in ({"years": {"finished": "soon"}}, {"table": "none"}):
        with pytest.raises(OutputError, match=r"run\.json is damaged"):
            unpack("odd.zip", changed(files, folder, **values))
    deep = packed({**files, f"{folder.name}/run.json": b"[" * 100_000})
    with pytest.raises((UploadError, OutputError)):
        unpack("deep.zip", deep)
    assert not left(tmp_path)


def test_another_version_and_a_missing_table_are_said_without_paths_of_the_server(
    files: Files, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="schema_version 0") as caught:
        unpack("old.zip", changed(files, folder, schema_version=0))
    assert not left(tmp_path)
    with pytest.raises(OutputError, match=r"pairs\.parquet is missing") as caught:
        unpack("part.zip", packed({name: one for name, one in files.items() if not name.endswith("pairs.parquet")}))
    assert str(tmp_path) not in str(caught.value) and not left(tmp_path)


def parquet(frame: pd.DataFrame, tmp_path: Path) -> bytes:
    frame.to_parquet(tmp_path / "x.parquet")
    return (tmp_path / "x.parquet").read_bytes()


def test_tables_that_are_no_tables_of_a_run_are_refused(
    files: Files, folder: Path, tmp_path: Path, monkeypatch
) -> None:
    name = f"{folder.name}/tables/checks.parquet"
    nested = parquet(
        pd.DataFrame({"year": [[1, 2]], "check": ["a"], "value": [0.0], "tolerance": [0.0], "passed": [True]}), tmp_path
    )
    raw = parquet(pd.DataFrame({"year": [b"\x80\x04pickle"]}), tmp_path)
    for content in (nested, raw, b"PAR1 but not really PAR1"):
        assert refused(packed({**files, name: content}), tmp_path) == "upload.zip_table"
    long = parquet(pd.DataFrame({"year": [2011] * 5000}), tmp_path)
    assert len(long) < 5000
    monkeypatch.setattr(run_zip, "MAX_ROWS", 4999)
    assert refused(packed({**files, name: long}), tmp_path) == "upload.zip_table"


@pytest.mark.parametrize("lang", ["zh"])
def test_the_page_opens_a_zip_and_keeps_it_when_the_next_is_refused(
    visit, lang: str, files: Files, folder: Path, tmp_path: Path
) -> None:
    app = visit("runs", {"l": lang})
    app.file_uploader(key="upload.zip").set_value(("mine.zip", packed(files), "application/zip")).run()
    healthy(app)
    assert app.selectbox(key="files.download_run").value == "folder" and not app.warning
    assert any(folder.name in one.value for one in app.caption) and len(left(tmp_path)) == 1
    app.file_uploader(key="upload.zip").set_value(
        ("bad.zip", packed({**files, "../x.json": b""}), "application/zip")
    ).run()
    healthy(app)
    assert len(app.warning) == 1 and "../x.json" in app.warning[0].value and len(left(tmp_path)) == 1
    assert app.selectbox(key="files.download_run").value == "folder"
    for page in ("start", "agents", "compare"):
        go(app, page).run()
        healthy(app)


@pytest.mark.parametrize(("what", "lang"), [("old", "en"), ("gone", "zh"), ("damaged", "en")])
def test_start_says_why_a_run_folder_cannot_be_opened_and_leads_on(
    visit, lang: str, what: str, tmp_path: Path, monkeypatch
) -> None:
    place = tmp_path / "20200101T000000Z-old-00000000"
    if what != "gone":
        place.mkdir()
        (place / "run.json").write_text('{"schema_version": 0}' if what == "old" else "{ not json")
    monkeypatch.setenv("UNWEAVE_APP_RUN", str(place))
    app = visit("start", {"l": lang})
    healthy(app)
    said = Texts(lang)("files.unreadable", why="\x00").split("\x00")[0]
    assert [one.value.startswith(said) for one in app.warning] == [True]
    assert app.get("page_link")
