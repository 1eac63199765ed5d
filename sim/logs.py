"""One logging tree: everything the program says while it works goes to ``unweave`` and below it."""

from __future__ import annotations

import logging
import sys

#: Root of the tree; modules use ``logging.getLogger("unweave.<area>")``.
ROOT = "unweave"

logging.getLogger(ROOT).addHandler(logging.NullHandler())


def configure(verbosity: int = 0) -> logging.Logger:
    """Send the tree to stderr: warnings, with 1 also progress notes, with 2 also details; -1 errors only.

    Calling it again changes the level; it never adds a second handler.
    """
    logger = logging.getLogger(ROOT)
    for handler in [h for h in logger.handlers if type(h) is logging.StreamHandler]:
        logger.removeHandler(handler)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    levels = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}
    logger.setLevel(levels.get(max(verbosity, -1), logging.DEBUG))
    logger.propagate = False
    return logger
