"""``python -m sim.cli`` is the command ``unweave``."""

from sim.cli import main

if __name__ == "__main__":
    main()
