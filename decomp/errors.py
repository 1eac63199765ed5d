"""Errors of the accounting layer.

Every message says what failed, where, which value was found, what is allowed and what to do.
"""

from __future__ import annotations


class DecompError(ValueError):
    """Base of all errors that ``decomp`` raises on purpose."""


class TableError(DecompError):
    """The content of an input–output table is not usable."""


class LabelError(TableError):
    """A label of an economy, a sector or a group is unknown or given twice."""


class SingularTableError(TableError):
    """I − A has no productive inverse: some sector uses up at least what it makes."""


class FormatError(DecompError):
    """A file cannot be read as the format it should have."""


class DataMissingError(DecompError):
    """A file, a bundled table or an optional package that is needed is absent."""
