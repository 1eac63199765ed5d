"""Fetch official files: say what is fetched, keep nothing that is cut short, check the sum where it is known."""

import contextlib
import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from decomp.errors import DataMissingError, FormatError
from decomp.io.layouts import Layout, layout_of
from decomp.labels import did_you_mean, listed
from decomp.names import data_rows

#: Largest file that is fetched, bytes read at a time, and seconds without an answer.
LARGEST, CHUNK, PATIENCE = 20 * 1000**3, 1 << 20, 60
#: Some hosts refuse what calls itself a program.
AGENT = "Mozilla/5.0 (compatible; unweave)"


@dataclass(frozen=True, slots=True)
class Offer:
    """One file that can be fetched; ``bytes`` and ``sha256`` are 0 and "" where they are not known."""

    name: str
    layout: Layout
    url: str
    years: str
    bytes: int
    sha256: str
    note: str

    @property
    def file(self) -> str:
        """Name of the file."""
        return urlsplit(self.url).path.rpartition("/")[2]


def offers() -> tuple[Offer, ...]:
    """Return everything that can be fetched.

    >>> offers()[0].name, offers()[0].file
    ('icio2025-1995-2000', '1995-2000_SML.zip')
    """
    rows: list[dict[str, Any]] = [dict(row) for row in data_rows("downloads.csv")]
    return tuple(Offer(**row | {"layout": layout_of(row["layout"]), "bytes": int(row["bytes"] or 0)}) for row in rows)


def offer_of(name: str, year: int | None = None) -> Offer:
    """Return an offer by its name, of a year where it has several; DataMissingError says which there are."""
    offer = next((offer for offer in offers() if offer.name == name), None)
    if offer is None:
        names = [offer.name for offer in offers()]
        raise DataMissingError(
            f"there is no download {name!r}{did_you_mean(name, names) or '.'} There are: {listed(names)}."
        )
    if not offer.years:
        return offer
    first, last = map(int, offer.years.split("-"))
    if year is None or not first <= year <= last:
        raise DataMissingError(f"{name} has one file a year, {first} to {last}; choose with --year.")
    return Offer(name, offer.layout, offer.url.format(year=year), "", offer.bytes, offer.sha256, offer.note)


def fetch(offer: Offer, folder: Path, progress: Callable[[int, int], None] | None = None) -> tuple[Path, str]:
    """Fetch a file into a folder; it gets its name only when it is whole and its sum is right.

    Returns its path and its SHA-256. Raises DataMissingError: the address does not answer. FormatError: the file is cut short,
    too large, or has another sum than the known one; nothing is kept.
    """
    target, digest, size = folder / offer.file, hashlib.sha256(), 0
    part = target.with_name(f".{target.name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _answer(offer.url) as (read, announced), part.open("wb") as out:
            while chunk := read(CHUNK):
                size += len(chunk)
                if size > LARGEST:
                    raise FormatError(f"{offer.url}: more than {LARGEST / 1e9:.0f} GB; no table is that large.")
                digest.update(chunk)
                out.write(chunk)
                if progress is not None:
                    progress(size, announced)
        if announced and size != announced:
            raise FormatError(f"{offer.url}: cut short, {size:,} of {announced:,} bytes came. Try again.")
        if offer.sha256 and digest.hexdigest() != offer.sha256:
            raise FormatError(
                f"{offer.url}: its SHA-256 is {digest.hexdigest()}, expected {offer.sha256}. The publisher has replaced the file, or "
                "it was damaged on the way; fetch it by hand if you trust it. Nothing is kept."
            )
        part.replace(target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return target, digest.hexdigest()


@contextlib.contextmanager
def _answer(url: str) -> Iterator[tuple[Callable[[int], bytes], int]]:
    """Open an address: what reads it, and the number of bytes announced, 0 where none is."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise DataMissingError(f"{url}: only http and https addresses are fetched.")
    try:
        asked = urllib.request.Request(url, headers={"User-Agent": AGENT})
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            yield answer.read, int(answer.headers.get("Content-Length") or 0)
    except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
        reason = getattr(error, "reason", None) or error
        raise DataMissingError(
            f"{url}: does not answer ({reason}). Is there a connection? Fetch it with a browser and name the file instead."
        ) from None
