"""``python -m sim.cli`` is the command ``unweave``."""

from __future__ import annotations

from sim.cli import main

if __name__ == "__main__":
    main()
