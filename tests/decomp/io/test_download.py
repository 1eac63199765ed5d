"""Fetching official files, from a server on this machine: what is cut short, replaced or absent is never kept."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from decomp.errors import DataMissingError, FormatError
from decomp.io import download, load
from decomp.io.download import Offer, fetch, offer_of, offers
from decomp.io.layouts import layout_of
from sim.cli import app
from tests.decomp.io.layouts import icio, icio_table, text, zipped

CONTENT = zipped({f"{year}_SML.csv": text(icio(icio_table(year=year))) for year in (2021, 2022)})


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/absent.zip":
            self.send_error(404)
            return
        self.server.agents.append(self.headers["User-Agent"])
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:1000] if self.path == "/short.zip" else CONTENT)

    def log_message(self, *arguments):
        """Say nothing."""


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.agents = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def server():
    with serving() as running:
        yield running


def offer(server, file, **changes):
    facts = {"name": "t", "layout": layout_of("oecd-icio"), "years": "", "bytes": len(CONTENT), "note": "a test"}
    url = f"http://127.0.0.1:{server.server_port}/{file}"
    return Offer(**{**facts, "url": url, "sha256": hashlib.sha256(CONTENT).hexdigest(), **changes})


def test_a_file_is_fetched_checked_and_read(server, tmp_path):
    seen = []
    path, digest = fetch(
        offer(server, "2021-2022_SML.zip"), tmp_path / "new", lambda size, total: seen.append((size, total))
    )
    assert path == tmp_path / "new" / "2021-2022_SML.zip"
    assert path.read_bytes() == CONTENT
    assert digest == hashlib.sha256(CONTENT).hexdigest()
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert load(path, year=2022).year == 2022
    assert "unweave" in server.agents[-1]


@pytest.mark.parametrize(
    ("file", "changes", "error", "message"),
    [
        ("short.zip", {}, FormatError, "cut short|IncompleteRead"),
        ("t.zip", {"sha256": "0" * 64}, FormatError, "its SHA-256 is .*, expected 000.*Nothing is kept"),
        ("absent.zip", {}, DataMissingError, "does not answer .*404|does not answer .*Not Found"),
        ("t.zip", {"url": "file:///etc/hostname"}, DataMissingError, "only http and https"),
        ("t.zip", {"url": "http://127.0.0.1:9/t.zip"}, DataMissingError, "does not answer .*browser"),
    ],
)
def test_what_goes_wrong_leaves_nothing(server, tmp_path, file, changes, error, message):
    with pytest.raises(error, match=message):
        fetch(offer(server, file, **changes), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_offers_are_complete_and_named():
    assert len({each.name for each in offers()}) == len(offers())
    for each in offers():
        assert each.url.startswith("https://")
        assert (each.sha256 == "") or len(each.sha256) == 64
    assert offer_of("exiobase3-ixi", 2011).file == "IOT_2011_ixi.zip"
    with pytest.raises(DataMissingError, match="one file a year, 1995 to 2022; choose with --year"):
        offer_of("exiobase3-ixi")
    with pytest.raises(DataMissingError, match="no download 'icio2025-2016'; did you mean"):
        offer_of("icio2025-2016")


def test_the_command_names_what_it_fetches(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "offers", lambda: (offer(server, "2021-2022_SML.zip"),))
    arguments = ["data", "download", "t", "-o", str(tmp_path), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert f"fetching http://127.0.0.1:{server.server_port}/2021-2022_SML.zip" in result.stderr
    assert "licence: free to use with attribution to the OECD" in result.stderr
    assert json.loads(result.stdout)["checked"] is True
    assert CliRunner().invoke(app, arguments).exit_code == 2  # never over a file that is there
