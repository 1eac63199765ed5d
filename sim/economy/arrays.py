"""Reading arrays from users: shapes, ranges and read-only copies, with messages that say where."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from decomp.labels import index_of
from sim.economy.errors import ShockError

Array = NDArray[np.float64]


def sealed(array: Array) -> Array:
    """Make an array of ours read-only in place."""
    array.flags.writeable = False
    return array


def number(value: object, what: str, *, low: float, high: float = np.inf, open_low: bool = False) -> float:
    """Return a float within [low, high] (or (low, high]).

    Raises ShockError: not a number or out of range.
    """
    try:
        values = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ShockError(f"{what} is {value!r}; give a number.") from None
    if not (low <= values <= high) or (open_low and values == low):
        bracket = "(" if open_low else "["
        raise ShockError(f"{what} is {values:g}; allowed {bracket}{low:g}, {high:g}].")
    return values


def shaped(value: ArrayLike, shape: tuple[int, ...], what: str, axes: str) -> Array:
    """Return ``value`` broadcast from a scalar, or as an array of exactly ``shape``.

    Raises ShockError: the shape differs, or a value is NaN or not a number.
    """
    try:
        values = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ShockError(f"{what} is not numeric; give an array of shape {shape} [{axes}].") from None
    if values.ndim == 0:
        values = np.full(shape, float(values))
    if values.shape != shape:
        raise ShockError(f"{what} has shape {values.shape}; expected {shape} [{axes}], or one number for all.")
    if np.isnan(np.add.reduce(values, axis=None)) and np.isnan(values).any():
        raise ShockError(f"{what} contains NaN at {_first(np.isnan(values))} [{axes}]; give a number everywhere.")
    return values


def within(
    values: Array, low: float, high: float, what: str, labels: Sequence[Sequence[str]], *, open_low: bool = False
) -> Array:
    """Return ``values``, all within [low, high]; the message names the first one that is not.

    Raises ShockError: a value is out of range.
    """
    least, most = (values.min(), values.max()) if values.size else (high, high)
    if least < low or (open_low and least <= low) or most > high:
        bad = (values <= low if open_low else values < low) | (values > high)
        place = _first(bad)
        names = " · ".join(axis[k] for axis, k in zip(labels, place, strict=True))
        allowed = f"{'above' if open_low else 'at least'} {low:g}" + (
            "" if np.isinf(high) else f" and at most {high:g}"
        )
        more = f" (one of {int(bad.sum())} such values)" if bad.sum() > 1 else ""
        raise ShockError(f"{what} of {names} is {values[place]:g}{more}; allowed: {allowed}.")
    return values


def by_label(
    value: ArrayLike | Mapping[str, float], labels: Sequence[str], what: str, kind: str, default: float
) -> Array:
    """Return one number per label from a number, an array, or a mapping from labels (others get ``default``).

    Raises LabelError: a label is unknown; suggests the nearest. ShockError: wrong shape.
    """
    if isinstance(value, Mapping):
        values = np.full(len(labels), default)
        for label, item in value.items():
            values[index_of(label, labels, kind, where=what)] = number(item, f"{what}[{label!r}]", low=-np.inf)
        return values
    return shaped(value, (len(labels),), what, kind)


def _first(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(k) for k in np.argwhere(mask)[0])
