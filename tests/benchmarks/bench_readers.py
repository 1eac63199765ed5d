"""A full ICIO csv (77 economies × 45 sectors, about 96 MB): our reader against text parsed row by row, and its peak of memory."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import decomp
from tests.benchmarks.rows import Row, paired_ratio

SIZE, SMOKE = (77, 45), (6, 5)
CATEGORIES = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
#: Share of the time of the old way, and the peak in MB, that are promised.
RATIO, PEAK = 0.35, 700.0


def write_icio(path: Path, G: int, N: int, seed: int = 0) -> Path:
    """Write a balanced synthetic table in OECD's layout, numbers with the digits that OECD prints."""
    rng = np.random.default_rng(seed)
    cells = [f"E{s:02d}_S{i:02d}" for s in range(G) for i in range(N)]
    demand = [f"E{s:02d}_{c}" for s in range(G) for c in CATEGORIES]
    inputs = np.zeros(G * N)
    outputs = []
    with path.open("w", encoding="utf-8") as stream:
        stream.write(",".join(["V1", *cells, *demand, "OUT"]) + "\n")
        for cell in cells:
            texts = [f"{value:.4g}" for value in rng.random(G * N + len(demand)) ** 8 * 90]
            numbers = np.array(texts, dtype=float)
            inputs += numbers[: G * N]
            outputs.append(float(numbers.sum()))
            stream.write(f"{cell},{','.join(texts)},{outputs[-1]!r}\n")
        blank = "," * (len(demand) + 1)
        for label, row in (("TLS", 0.0 * inputs), ("VA", np.array(outputs) - inputs), ("OUT", np.array(outputs))):
            stream.write(f"{label},{','.join(repr(float(v)) for v in row)}{blank}\n")
    return path


def row_by_row(path: Path) -> np.ndarray:
    """Parse the flows as a reader without columns does: csv, then one array per row."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        _, *rows = [[cell.strip() for cell in row] for row in csv.reader(stream)]
    return np.array([np.array(row[1:], dtype=np.float64) for row in rows if row[0].startswith("E")])


def run(smoke: bool) -> list[Row]:
    """Ratio of times, peak of a process that does nothing but read, and whether every number is the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_icio(Path(folder) / "2020.csv", *(SMOKE if smoke else SIZE))
        table = decomp.load(path)
        same = row_by_row(path)
        flows = np.hstack([table.Z, table.final_demand.reshape(table.n, -1), table.published_output[:, None]])
        assert np.array_equal(flows, same), "a number differs from what its text says"
        del same, flows
        ratio, ours, theirs = paired_ratio(lambda: decomp.load(path), lambda: row_by_row(path), 1 if smoke else 3)
        size = path.stat().st_size / 1e6
        # the peak of the new program alone: what getrusage says outlives the fork that started it
        code = f"import decomp; decomp.load({str(path)!r}); print(*[l.split()[1] for l in open('/proc/self/status') if 'VmHWM' in l])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    case = f"ICIO csv, {size:.0f} MB"
    return [
        Row("read / row by row", case, ratio, "×", None if smoke else RATIO, f"{ours:.3g} s / {theirs:.3g} s"),
        Row("read, peak", case, int(done.stdout) / 1e3, "MB", PEAK),
    ]
