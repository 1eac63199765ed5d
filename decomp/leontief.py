"""Block views, input coefficients and Leontief inverses, with a productive-inverse check that names economy and sector.

Arrays are economy-major; the block functions return views unless they say that they copy.
"""

from collections.abc import Callable

import numpy as np

from decomp.errors import SingularTableError
from decomp.table import Array

CellName = Callable[[int], str]

#: Below this size LAPACK is faster than splitting (measured: 40 to 128 are alike).
SMALLEST_SPLIT = 64
#: A fast inverse whose probes miss by more than this share is computed again with pivoting.
PROBE_TOLERANCE = 1e-11
#: No economy has multipliers like this: beyond it I − A counts as singular.
LARGEST_MULTIPLIER = 1e10
#: (I − A)⁻¹ of a productive A ≥ 0 has no entry below zero; this much is rounding.
ROUNDING = 1e-9


def input_coefficients(Z: Array, X: Array) -> Array:
    """Return input coefficients A = Z X̂⁻¹, shape (n, n), unitless; a column with X ≤ 0 (zero output, no inputs) is zero.

    Flows Z (n, n) and output X (n,) are in the unit of the table (Miller & Blair 2009, ch. 2).
    """
    return Z * reciprocal(X)


def reciprocal(X: Array) -> Array:
    """1/X where X > 0, zero elsewhere (zero-output sectors), shape of X."""
    return np.divide(1.0, X, out=np.zeros_like(X), where=X > 0)


def value_added_coefficients(Z: Array, X: Array) -> Array:
    """Residual value added per unit of output, V = (X − Σ_rows Z) / X, shape (n,), unitless.

    Where X ≤ 0 and no input is used, V is 1 − 0: what such a sector sells (out of stocks, with a negative inventory change) is
    value of its own economy. So V B = 1 holds for every column and all terms add up to exports without exception.
    """
    V: Array = np.divide(X - Z.sum(axis=0), X, out=np.ones_like(X), where=X > 0)
    return V


def leontief_inverse(A: Array, name: CellName | None = None) -> Array:
    """Global Leontief inverse B = (I − A)⁻¹.

    Input coefficients A (n, n), unitless, may be negative (then only singularity is checked, not productiveness); ``name`` gives
    the readable name of a flat index for messages, such as ``WorldTable.cell``.
    Returns ndarray, shape (n, n), unitless.
    Raises SingularTableError: I − A is singular, or A ≥ 0 is not productive (B would have negative entries).

    Miller & Blair (2009), ch. 2; productiveness is the Hawkins–Simon condition.

    >>> leontief_inverse(np.array([[0.0, 0.5], [0.5, 0.0]])).round(4).tolist()
    [[1.3333, 0.6667], [0.6667, 1.3333]]
    """
    return productive_inverse(lambda: identity_minus(A), name)


def identity_minus(A: Array) -> Array:
    """Return I − A as a new array, shape (n, n)."""
    return add_identity(np.negative(A))


def add_identity(M: Array) -> Array:
    """Add I to a square array in place and return it."""
    M.flat[:: M.shape[0] + 1] += 1.0
    return M


def productive_inverse(build: Callable[[], Array], name: CellName | None = None) -> Array:
    """Invert the matrix I − A that ``build`` makes (a new array each time; it is overwritten).

    Block elimination without pivoting is stable for I − A of a productive A (an M-matrix) and runs at the speed of
    matrix products. Two probe vectors p then check p (I − A) B = p; where they miss, LAPACK with pivoting decides.
    Raises SingularTableError: see :func:`leontief_inverse`.
    """
    M = build()
    probes = np.ones((2, M.shape[0]))
    probes[1, 1::2] = -1.0
    image = probes @ M
    with np.errstate(all="ignore"):
        try:
            split_inverse(M)
            missed = float(np.abs(image @ M - probes).max(initial=0.0))
        except np.linalg.LinAlgError:
            missed = np.inf
    largest = float(M.max(initial=0.0))
    if not missed <= PROBE_TOLERANCE * max(1.0, largest):
        try:
            M = np.asarray(np.linalg.inv(build()), dtype=np.float64)
        except np.linalg.LinAlgError:
            raise singular(identity_minus(build()), name) from None
        largest = float(M.max(initial=0.0))
    if not largest <= LARGEST_MULTIPLIER:
        raise singular(identity_minus(build()), name)
    if float(M.min(initial=0.0)) < -ROUNDING:
        A = identity_minus(build())
        if A.min() >= 0.0:
            raise singular(A, name)
    return M


def split_inverse(M: Array) -> None:
    """Invert M in place by recursive block elimination, without pivoting between blocks.

    With M = [[P, Q], [R, S]] and the Schur complement C = S − R P⁻¹ Q, the inverse is
    [[P⁻¹ + P⁻¹ Q C⁻¹ R P⁻¹, −P⁻¹ Q C⁻¹], [−C⁻¹ R P⁻¹, C⁻¹]].

    Raises numpy.linalg.LinAlgError: a leading block is singular.
    """
    n = M.shape[0]
    if n <= SMALLEST_SPLIT:
        M[...] = np.linalg.inv(M)
        return
    half = n // 2
    P, Q, R, S = M[:half, :half], M[:half, half:], M[half:, :half], M[half:, half:]
    split_inverse(P)
    RP = R @ P
    S -= RP @ Q
    split_inverse(S)
    PQ = P @ Q
    np.matmul(S, RP, out=R)
    P += PQ @ R
    np.matmul(PQ, S, out=Q)
    np.negative(Q, out=Q)
    np.negative(R, out=R)


def value_added_multipliers(V: Array, B: Array, G: int, N: int) -> Array:
    """Return V_t B_ts by origin t, shape (G, n), unitless: value added of t in one unit of final output of (s, i).

    V, shape (n,), may be any part of value added per unit of output (labour and capital only, say); B is (n, n).
    """
    VB: Array = np.matmul(V.reshape(G, 1, N), B.reshape(G, N, G * N))[:, 0]
    return VB


def local_inverses(A_own: Array, G: int, N: int, name: CellName | None = None) -> Array:
    """Return the local Leontief inverse of each economy, L_ss = (I − A_ss)⁻¹, of the domestic blocks: both (G, N, N), unitless.

    Raises SingularTableError: a domestic block has no inverse; names the economy and the sector.

    Wang, Wei & Zhu (2013), NBER WP 19677.
    """
    try:
        return np.asarray(np.linalg.inv(np.eye(N) - A_own), dtype=np.float64)
    except np.linalg.LinAlgError:
        sums = A_own.sum(axis=1).reshape(G * N)
        raise _message(int(np.argmax(sums)), float(sums.max()), np.nan, name) from None


def singular(A: Array, name: CellName | None) -> SingularTableError:
    """Return (not raise) the error of a non-productive A; names the worst sector of the loop that feeds on itself."""
    # Power iteration finds the loop: the support of the dominant eigenvector of A. I + A has the same eigenvectors and, unlike
    # A, no others of equal size (goods that go to and fro), so it converges.
    x = np.ones(A.shape[0])
    radius = 0.0
    for _ in range(500):
        y = np.abs(A) @ x + x
        radius = float(y.max()) - 1.0
        x = y / y.max()
    loop = x > 1e-6
    sums = A.sum(axis=0)
    worst = int(np.flatnonzero(loop)[np.argmax(sums[loop])])
    return _message(worst, float(sums[worst]), radius, name)


def _message(worst: int, inputs: float, radius: float, name: CellName | None) -> SingularTableError:
    place = name(worst) if name is not None else f"sector {worst} (flat index)"
    growth = f", dominant eigenvalue of A {radius:.6g}" if np.isfinite(radius) else ""
    return SingularTableError(
        f"I − A has no productive inverse: {place} uses inputs worth {inputs:.6g} per unit of its output{growth}. Allowed: inputs "
        "below 1 on average in every loop of sectors that supply each other (dominant eigenvalue below 1). Check the column of "
        "this sector (is its output row complete, are rows and columns swapped?), or aggregate it with a larger sector."
    )


def pair_blocks(M: Array, G: int, N: int) -> Array:
    """View an (n, n) array as blocks: result[s, r] is M_sr, shape (G, G, N, N)."""
    return M.reshape(G, N, G, N).transpose(0, 2, 1, 3)


def column_blocks(M: Array, G: int, N: int) -> Array:
    """View an (m, n) array as its G column blocks: result[t] is M[:, t], shape (G, m, N)."""
    return M.reshape(M.shape[0], G, N).transpose(1, 0, 2)


def own_blocks(M: Array, G: int, N: int) -> Array:
    """View the domestic blocks M_ss of an (n, n) array, shape (G, N, N); writable when M is."""
    view: Array = np.einsum("sisj->sij", M.reshape(G, N, G, N))
    return view


def own_demand(Y: Array, G: int, N: int) -> Array:
    """View Y_ss, final demand for home goods, shape (G, N); writable when Y is."""
    view: Array = np.einsum("sis->si", Y.reshape(G, N, G))
    return view


def foreign_demand(Y: Array, G: int, N: int) -> Array:
    """Copy Y with Y_ss set to zero, shape (G, N, G)."""
    abroad = Y.reshape(G, N, G).copy()
    own_demand(abroad, G, N)[...] = 0.0
    return abroad


def gross_exports(Z: Array, Y: Array, G: int, N: int) -> tuple[Array, Array]:
    """Return gross exports E_sr = Z_sr 1 + Y_sr and their intermediate part A_sr X_r, zero where s = r.

    Each of shape (G, N, G), in the unit of the table.
    """
    # A product with ones is several times faster than a sum over a short last axis.
    intermediate: Array = (Z.reshape(-1, N) @ np.ones(N)).reshape(G, N, G)
    np.einsum("sis->si", intermediate)[...] = 0.0
    return intermediate + foreign_demand(Y, G, N), intermediate
