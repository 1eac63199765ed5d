"""Seeded damage to valid files: flips, truncations, spans moved, numbers swapped, splices, also inside zip archives."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

#: What somebody's spreadsheet, editor or attacker puts where a number or a word stood.
NUMBERS = (
    b"",
    b"-1",
    b"0",
    b"nan",
    b"inf",
    b"-inf",
    b"1e308",
    b"1e-320",
    b"1e999",
    b"9" * 30,
    b"9" * 5000,
    b"1,5",
    b"0x10",
    b"1_000",
    b"NA",
    b"#REF!",
    b"=1+1",
)
BYTES = (
    b"\x00",
    b"\xff",
    b"\x1b[2J",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\r",
    b"\n",
    b'"',
    b",",
    b"'",
    b"[" * 600,
    b"{" * 600,
    b"&a ",
    b"*a ",
    b"!!int abc",
    b": ",
    b"\t",
    b"\xc3\x28",
    b"A" * 3000,
)


def mutated(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """Return the content with one to four kinds of damage; ``other`` is a valid file to splice from."""
    if content[:2] == b"PK" and rng.random() < 0.6:
        return _inside(content, other, rng)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        content = rng.choice(KINDS)(content, other, rng)
    return content


def _span(content: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((1, 2, 4, 8, 32, 128, 1024)))


def _flip(content: bytes, other: bytes, rng: random.Random) -> bytes:
    broken = bytearray(content)
    for _ in range(rng.choice((1, 2, 8))):
        if broken:
            broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
    return bytes(broken)


def _truncate(content: bytes, other: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _duplicate(content: bytes, other: bytes, rng: random.Random) -> bytes:
    start, end = _span(content, rng)
    return content[:end] + content[start:end] * rng.choice((1, 2, 50)) + content[end:]


def _remove(content: bytes, other: bytes, rng: random.Random) -> bytes:
    start, end = _span(content, rng)
    return content[:start] + content[end:]


def _insert(content: bytes, other: bytes, rng: random.Random) -> bytes:
    start, end = _span(content, rng)
    return content[:start] + rng.choice(BYTES) + content[end if rng.random() < 0.5 else start :]


def _number(content: bytes, other: bytes, rng: random.Random) -> bytes:
    places = list(re.finditer(rb"-?\d+(?:\.\d+)?", content[: 1 << 20]))
    if not places:
        return _flip(content, other, rng)
    place = rng.choice(places)
    new = rng.choice(NUMBERS) if rng.random() < 0.7 else rng.choice(places)[0]
    return content[: place.start()] + new + content[place.end() :]


def _splice(content: bytes, other: bytes, rng: random.Random) -> bytes:
    start, end = _span(other, rng)
    return (
        content[: _span(content, rng)[0]] + other[start:]
        if rng.random() < 0.3
        else (content[: (place := _span(content, rng)[0])] + other[start:end] + content[place:])
    )


def _exchange(content: bytes, other: bytes, rng: random.Random) -> bytes:
    (a, b), (c, d) = sorted((_span(content, rng), _span(content, rng)))
    if b > c:
        return _remove(content, other, rng)
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


KINDS: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _flip,
    _truncate,
    _duplicate,
    _remove,
    _insert,
    _number,
    _splice,
    _exchange,
)


def _inside(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """Damage one member of a zip archive and pack it again, so that its checksum holds and the reader goes on."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    at = rng.randrange(len(members))
    name, inner = members[at]
    kind = rng.random()
    if kind < 0.05:
        del members[at]
    elif kind < 0.1:
        members.append((name, rng.choice(members)[1]))
    else:
        members[at] = (name, mutated(inner, rng.choice(members)[1], rng))
    buffer = io.BytesIO()
    method = rng.choice((zipfile.ZIP_DEFLATED,) * 12 + (zipfile.ZIP_STORED, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, inner in members:
            if name not in archive.namelist():
                archive.writestr(name, inner)
    return buffer.getvalue()
