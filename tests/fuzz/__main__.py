"""``python -m tests.fuzz``: damage valid files of every reader, count what becomes of them, print the faults with their seeds."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.readers import readers
from tests.fuzz.run import counts, damaged, outcome, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "--reader", action="append", choices=sorted(readers()), help="only this reader; may be repeated"
    )
    parser.add_argument("--number", type=int, default=20_000, help="mutations in all [20000]")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other mutations [0]")
    parser.add_argument("--jobs", type=int, help="processes [all cores]")
    parser.add_argument("--one", type=int, metavar="SEED", help="repeat one mutation of the reader with its traceback")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="with --one: write its files here")
    options = parser.parse_args()
    names = options.reader or sorted(readers())
    if options.one is not None:
        return repeat(names[0], options.one, options.keep)
    start = time.perf_counter()
    by_reader, faults = counts(run(names, options.number, options.seed, options.jobs))
    print(f"{'reader':<14}{'read':>9}{'refused':>9}{'faults':>9}")
    for name in names:
        found = by_reader.get(name, {})
        print(f"{name:<14}" + "".join(f"{found.get(kind, 0):>9}" for kind in ("read", "refused", "fault")))
    for fault in faults[:200]:
        print(f"{fault.reader} --one {fault.seed}: {fault.detail}")
    print(f"{options.number} mutations in {time.perf_counter() - start:.0f} s, {len(faults)} faults")
    return 1 if faults else 0


def repeat(name: str, seed: int, folder: Path | None) -> int:
    """Write the files of one mutation and read them with a full traceback."""
    print(outcome(name, seed))
    if folder is not None:
        for file, content in damaged(name, seed).items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        readers()[name].read(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
