"""Errors of the accounting layer.

Every message says what failed, where, which value was found, what is allowed and what to do.
"""

from unicodedata import category

#: No message shows more characters of what it quotes.
LONGEST_MESSAGE = 2000
#: Characters that turn the direction of the text after them.
_BIDI = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


class DecompError(ValueError):
    """Base of all errors that ``decomp`` raises on purpose; what a file put into the message cannot steer a terminal."""

    def __str__(self) -> str:
        """Text of the message with control characters escaped, bounded in length."""
        text = super().__str__()
        if len(text) > LONGEST_MESSAGE:
            text = f"{text[:LONGEST_MESSAGE]} …"
        return "".join(c if c == "\n" or is_printable(c) else ascii(c)[1:-1] for c in text)


def is_printable(text: str) -> bool:
    r"""Whether a text has no control character (C0, C1), lone surrogate, line separator or change of direction.

    >>> is_printable("中国 – c1"), is_printable("\x1b[31mred")
    (True, False)
    """
    return text.isprintable() or not any(c in _BIDI or category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text)


class TableError(DecompError):
    """The content of an input–output table is not usable."""


class ImbalanceError(TableError):
    """What a file publishes beside the flows differs from their sums by more than may be passed over."""


class LabelError(TableError):
    """A label of an economy, a sector or a group is unknown or given twice."""


class SingularTableError(TableError):
    """I − A has no productive inverse: some sector uses up at least what it makes."""


class FormatError(DecompError):
    """A file cannot be read as the format it should have."""


class DataMissingError(DecompError):
    """A file, a bundled table or an optional package that is needed is absent."""
