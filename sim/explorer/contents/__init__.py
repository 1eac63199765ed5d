"""What pages say, as data: flows, comparisons, decisions, the method and its proof. Nothing here draws on a page."""

from collections.abc import Iterable, Sequence
from typing import Any

from pandas import DataFrame


def framed(rows: Iterable[Sequence[Any]], columns: str) -> DataFrame:
    """Rows as a table; ``columns`` are their names, parted by spaces."""
    return DataFrame(list(rows), columns=columns.split())
