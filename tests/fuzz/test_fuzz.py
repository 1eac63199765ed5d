"""A small part of ``python -m tests.fuzz``: every reader takes its own samples, and damage ends in a result or in our own error."""

from __future__ import annotations

import warnings

import pytest

import decomp
from tests.fuzz import run
from tests.fuzz.readers import Reader, readers
from tests.fuzz.run import outcome, samples

#: Mutations of each reader.
NUMBER = 80


@pytest.mark.parametrize("name", sorted(readers()))
def test_samples_are_valid(name, tmp_path):
    given = list(samples(name))
    assert given and all(given), "a reader without a sample is not tested"
    for k, sample in enumerate(given):
        for file, content in sample.items():
            path = tmp_path / str(k) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        readers()[name].read(tmp_path / str(k))


@pytest.mark.parametrize("name", sorted(readers()))
def test_damage_never_ends_in_an_error_of_others(name):
    faults = [found for seed in range(NUMBER) if (found := outcome(name, seed)).kind == "fault"]
    assert not faults


def never_ends(folder):
    while True:
        pass


@pytest.mark.parametrize(
    ("read", "kind", "detail"),
    [
        (lambda folder: 1 / 0, "fault", "ZeroDivisionError at test_fuzz.py"),
        (lambda folder: warnings.warn("odd", stacklevel=1), "fault", "UserWarning"),
        (never_ends, "fault", "slower than 0.2 s"),
        (lambda folder: (_ for _ in ()).throw(decomp.TableError("no")), "refused", ""),
        (lambda folder: None, "read", ""),
    ],
)
def test_the_harness_bites(read, kind, detail, monkeypatch):
    monkeypatch.setattr(run, "readers", lambda: {"mock": Reader("mock", lambda: [{"a": b"12, 34"}], read)})
    run.samples.cache_clear()
    found = outcome("mock", 1, seconds=0.2)
    assert (found.kind, found.detail.startswith(detail)) == (kind, True)
