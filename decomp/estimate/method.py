r"""Estimate the flows of a year of which only the intermediate ones among named economies are known.

Letters: s seller, i its sector, r buyer, j using sector, k(i) the coarse sector of i. S named economies; the rest of the world
(ROW) is economy number S. All flows are in million USD at basic prices. Known are Z[s,i,r,j] and the outputs x[s,i], so
z = x − Σ Z, what a row sells besides: final use everywhere and inputs of ROW. The method has four steps.

1. **Priors** of a flow whose truth is known (Z) and of one that is not (F), from a coarse table of an earlier year and shares of
   fine sectors in coarse ones: EF[s,i,r] = F⁰[s,k,r] σF[s,i|k,r],  EZ[s,i,r] = Z⁰[s,k,r] σZ[s,i|k,r].
2. **What intermediates reveal**: e = ln Σ_j Z / EZ is split into exporter–coarse e_k, exporter–fine e_i and a bilateral rest d, each
   cut at ±2; T = EF exp(.5 e_k + .5 e_i + .3 d). At home the same with its own e and no d.
3. **Constraints** by proportional fitting (the entropy projection): rows Σ_r T + F_ROW + Z_ROW = z, exact; columns
   Σ_{s,i} T + F and Z from ROW = (x − Σ Z)_r − NX_r, with NX the trade balance; and single facts.
4. **Closure of ROW**: its sales to using sectors follow imports from the named, its home block the coarse table and the
   pattern of lower-income economies, its size its value added. Value added is what remains of a column.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from decomp.errors import TableError

Array = NDArray[np.float64]
Positions = NDArray[np.int64]

#: Cut of the logarithms of what intermediates reveal, and the shares of it that carry over to final use.
CUT, EXPORTER, BILATERAL = 2.0, 0.5, 0.3
#: Largest share of what is left of a column that inputs from ROW may take.
ROOM = 0.6
#: Proportional fitting stops where no constraint is further off than this share, or after so many sweeps.
TOLERANCE, SWEEPS = 1e-10, 5000


@dataclass(frozen=True)
class Fact:
    """One published sum of what a seller's ``sectors`` sell for final use to ``buyers``: positions, S is final use of ROW, S+1 its inputs."""

    seller: int
    sectors: Positions
    buyers: Positions
    value: float


@dataclass(frozen=True)
class Known:
    """What is known of a year; see the top of the module for the letters.

    ``Z`` (S·I, S·I), ``output`` (S·I,); ``coarse`` (I,) the coarse sector of each sector; ``earlier_final`` and
    ``earlier_intermediate`` (S+1, K, S+1), ``earlier_home`` (K, K) the domestic inputs of ROW, of the earlier year;
    ``final_shares`` and ``intermediate_shares`` (S+1, I, S+1) of sectors in their coarse sector; ``proxies`` the economies whose
    pattern stands for ROW's; ``row_value_added``; ``balances`` (S,), NaN where none is known.
    """

    Z: Array
    output: Array
    coarse: Positions
    earlier_final: Array
    earlier_intermediate: Array
    earlier_home: Array
    final_shares: Array
    intermediate_shares: Array
    proxies: Positions
    row_value_added: float
    balances: Array
    facts: tuple[Fact, ...] = ()

    @property
    def S(self) -> int:
        """Number of named economies."""
        return len(self.earlier_final) - 1

    @property
    def I(self) -> int:  # noqa: E743 — the letter of the note
        """Number of sectors."""
        return len(self.coarse)

    @property
    def flows(self) -> Array:
        """Z as (S, I, S, I)."""
        return self.Z.reshape(self.S, self.I, self.S, self.I)


@dataclass(frozen=True)
class Fitted:
    """Flows outside Z that meet all constraints: final use ``T`` (S, I, S+1) of named sellers, last column ROW; their inputs sold
    to ROW ``to_row`` (S, I); what ROW sells for final use and as inputs, ``row_final`` and ``row_inputs`` (I, S).
    """

    T: Array
    to_row: Array
    row_final: Array
    row_inputs: Array
    gap: float
    sweeps: int


@dataclass(frozen=True)
class Estimate:
    """A complete world of S+1 economies: ``Z`` ((S+1)·I, (S+1)·I), final use ``Y`` ((S+1)·I, S+1), and how the fit went."""

    Z: Array
    Y: Array
    fitted: Fitted
    row_scale: float


def estimate(known: Known, *, carry: float = 1.0, tolerance: float = TOLERANCE) -> Estimate:
    """Estimate all flows; ``carry`` 0 leaves out what intermediates reveal (step 2), for comparison.

    Raises TableError: the constraints contradict each other, or ROW cannot be closed.
    """
    return close(known, fit(known, *priors(known, carry), tolerance=tolerance))


def priors(known: Known, carry: float = 1.0) -> tuple[Array, Array, Array]:
    """Return priors of the unknown flows (steps 1 and 2).

    Returns final and ROW-bound sales of the named (S, I, S+2): final use by buyer, by ROW, inputs of ROW; what ROW sells for
    final use and as inputs (I, S) each.
    """
    S, coarse = known.S, known.coarse
    EF = known.earlier_final[:, coarse] * known.final_shares
    EZ = known.earlier_intermediate[:, coarse] * known.intermediate_shares
    Zbar = known.flows.sum(axis=3)
    abroad = ~np.eye(S, dtype=bool)[:, None, :]
    e_k, e_i = _exporter(Zbar, EZ[:S, :, :S], abroad, coarse)
    home_k, home_i = _exporter(Zbar, EZ[:S, :, :S], ~abroad, coarse)
    d = np.clip(_log(Zbar, EZ[:S, :, :S]) - (e_k + e_i)[:, :, None], -CUT, CUT)
    both = EXPORTER * (e_k + e_i)
    rest = np.where(abroad, both[:, :, None] + BILATERAL * d, EXPORTER * (home_k + home_i)[:, :, None])
    prior = np.empty((S, known.I, S + 2))
    prior[:, :, :S] = EF[:S, :, :S] * np.exp(carry * rest)
    prior[:, :, S] = EF[:S, :, S] * np.exp(carry * both)
    exported, expected = (np.where(abroad, flows, 0.0) for flows in (Zbar, EZ[:S, :, :S]))
    prior[:, :, S + 1] = _to_row(known, exported) * np.exp(carry * e_k)
    growth = np.clip(_log(exported.sum(axis=0), expected.sum(axis=0)), -CUT, CUT)
    return prior, EF[S, :, :S] * np.exp(carry * EXPORTER * growth), EZ[S, :, :S] * np.exp(carry * growth)


def _to_row(known: Known, exported: Array) -> Array:
    """Prior of inputs sold to ROW, (S, I): the coarse sales of the earlier year, with the fine shares of today's sales to the proxies.

    The older table's rest of the world holds economies that are named here; its shares would be theirs.
    """
    S = known.S
    share, there = within(exported[:, :, known.proxies].sum(axis=2, keepdims=True), known.coarse)
    shares = np.where(there, share, known.intermediate_shares[:S, :, S:])[:, :, 0]
    return np.asarray(known.earlier_intermediate[:S, known.coarse, S] * shares)


def fold(coarse: Positions, size: int | None = None) -> Array:
    """0–1 matrix (K, I): which sectors a coarse one sums; ``size`` is K where the last ones are empty."""
    return np.equal.outer(np.arange(size or coarse.max() + 1), coarse).astype(float)


def within(flows: Array, coarse: Positions) -> tuple[Array, NDArray[np.bool_]]:
    """Shares of sectors in their coarse sector along axis 1, and where the coarse sector has any flow."""
    total = np.einsum("ki,sir->skr", fold(coarse), flows)[:, coarse]
    return np.divide(flows, total, out=np.zeros_like(flows), where=total > 0), total > 0


def _exporter(now: Array, before: Array, where: NDArray[np.bool_], coarse: Positions) -> tuple[Array, Array]:
    """Log growth by seller and coarse sector, and what a fine sector grew more, each (S, I) and cut at ±CUT."""
    sold, sold_before = (np.where(where, flows, 0.0).sum(axis=2) for flows in (now, before))
    e_k = np.clip(_log(sold @ fold(coarse).T, sold_before @ fold(coarse).T), -CUT, CUT)[:, coarse]
    return e_k, np.clip(_log(sold, sold_before) - e_k, -CUT, CUT)


def _log(now: Array, before: Array) -> Array:
    """ln(now / before): 0 where both are nothing, ±2 CUT where one of them is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(now / before)
    return np.asarray(np.nan_to_num(np.clip(ratio, -2 * CUT, 2 * CUT), nan=0.0))


def fit(known: Known, prior: Array, row_final: Array, row_inputs: Array, *, tolerance: float = TOLERANCE) -> Fitted:
    """Scale the priors until rows, balances and facts all hold (step 3).

    Rows are met exactly (the last scaling of each sweep); ``gap`` is the largest relative error of the other constraints.
    Raises TableError: they are further off than ``tolerance`` after all sweeps.
    """
    S, z = known.S, np.maximum((known.output - known.Z.sum(axis=1)).reshape(known.S, known.I), 0.0)
    M, from_row = prior.copy(), np.stack([row_final, row_inputs])
    empty = (M.sum(axis=2) <= 0) & (z > 0)
    M[(*np.nonzero(empty), np.nonzero(empty)[0])] = z[empty]  # nothing is known of these rows: they sell at home
    uses = (known.output - known.Z.sum(axis=0)).reshape(S, known.I).sum(axis=1) - known.balances
    held = np.flatnonzero(~np.isnan(uses))
    cells = [np.ix_(np.array([fact.seller]), fact.sectors, fact.buyers) for fact in known.facts]
    gap = np.inf
    for sweep in range(1, SWEEPS + 1):
        now = M[:, :, held].sum(axis=(0, 1)) + from_row[:, :, held].sum(axis=(0, 1))
        scale = uses[held] / now
        gap = float(np.abs(scale - 1).max(initial=0.0))
        M[:, :, held] *= scale
        from_row[:, :, held] *= scale
        for fact, where in zip(known.facts, cells, strict=True):
            scale_of = fact.value / M[where].sum()
            gap = max(gap, abs(scale_of - 1))
            M[where] *= scale_of
        M *= np.divide(z, M.sum(axis=2), out=np.zeros_like(z), where=z > 0)[:, :, None]
        if gap <= tolerance:
            return Fitted(M[:, :, : S + 1], M[:, :, S + 1], from_row[0], from_row[1], gap, sweep)
    raise TableError(f"the constraints contradict each other: {gap:.1e} off after {SWEEPS} sweeps. Check the facts.")


def close(known: Known, fitted: Fitted) -> Estimate:
    """Give ROW its using sectors, its home block and its size (step 4).

    Raises TableError: the value added of ROW leaves no final use at home.
    """
    S, N, coarse, Z4 = known.S, known.I, known.coarse, known.flows
    T, p = fitted.T, known.proxies
    Z = np.zeros((S + 1, N, S + 1, N))
    Z[:S, :, :S] = Z4
    Y = np.zeros((S + 1, N, S + 1))
    Y[:S], Y[S, :, :S] = T, fitted.row_final
    imports = Z4.sum(axis=0) - np.einsum("sisj->isj", Z4)  # (I, S, J): inputs from abroad
    left = (known.output - known.Z.sum(axis=0)).reshape(S, N)
    for r in range(S):
        Z[S, :, r] = over_users(fitted.row_inputs[:, r], imports[:, r], Z4[:, :, r].sum(axis=0), left[r])
    home = sum((Z4[e, :, e] for e in p), start=np.zeros((N, N)))
    by_block = _blocks(home, coarse) * known.earlier_home[np.ix_(coarse, coarse)]
    at_home, _ = within(T[p, :, p].sum(axis=0)[None, :, None], coarse)
    final = known.earlier_final[S, coarse, S] * at_home[0, :, 0]
    abroad = fitted.row_final.sum(axis=1) + fitted.row_inputs.sum(axis=1)
    scale = (known.row_value_added - abroad.sum() + fitted.to_row.sum()) / final.sum()
    if not scale > 0:
        raise TableError(f"the value added of the rest of the world leaves final use × {scale:.3g} at home.")
    Z[S, :, S], Y[S, :, S] = scale * by_block, scale * final
    room = abroad + scale * (final + by_block.sum(axis=1)) - scale * by_block.sum(axis=0)
    bought = over_users(fitted.to_row.sum(axis=0), imports[:, p].sum(axis=1), home, room)
    share = np.divide(bought, bought.sum(axis=1, keepdims=True), out=np.zeros_like(bought), where=bought > 0)
    Z[:S, :, S] = fitted.to_row[:, :, None] * share
    n = (S + 1) * N
    return Estimate(Z.reshape(n, n), Y.reshape(n, S + 1), fitted, float(scale))


def over_users(amount: Array, pattern: Array, other: Array, left: Array) -> Array:
    """Share amounts (I,) over using sectors (I, J) by a pattern (I, J), by ``other`` where that is empty.

    No column takes more than ROOM of what is ``left`` of it (J,); the excess goes where there is room.
    """
    room = ROOM * np.maximum(left, 0.0)
    base = np.where(pattern.sum(axis=1, keepdims=True) > 0, pattern, other)
    base = np.where(base.sum(axis=1, keepdims=True) > 0, base, room)
    flows = amount[:, None] * base / base.sum(axis=1, keepdims=True)
    used = flows.sum(axis=0)
    flows *= np.minimum(1.0, np.divide(room, used, out=np.ones_like(used), where=used > 0))
    free, excess = np.maximum(room - flows.sum(axis=0), 0.0), np.maximum(amount - flows.sum(axis=1), 0.0)
    if excess.sum() > free.sum() * (1 + 1e-12):
        raise TableError("inputs bought from the rest of the world exceed what is left of the columns.")
    return np.asarray(flows + np.outer(excess, free / free.sum() if free.sum() > 0 else free))


def _blocks(flows: Array, coarse: Positions) -> Array:
    """Shares (I, I) of cells in their block of coarse sectors; an empty block is filled evenly."""
    K, here = fold(coarse), np.ix_(coarse, coarse)
    total, even = (K @ flows @ K.T)[here], 1.0 / np.outer(K.sum(axis=1), K.sum(axis=1))[here]
    return np.where(total > 0, np.divide(flows, total, out=np.zeros_like(flows), where=total > 0), even)


def fine_shares(
    older: Array, sectors: Sequence[Sequence[int]], economies: Sequence[int], size: Array, coarse: Positions
) -> Array:
    """Return shares of fine sectors in coarse ones (``coarse``, (I,)) by seller and buyer (S+1, I, S+1) from an older table.

    ``older`` (W, C, W) are its flows by seller, sector and buyer, its rest of the world last; ``sectors`` the positions in it that
    each of the I sectors covers (those that cover the same ones divide them by ``size`` (S+1, I)); ``economies`` the position in it
    of each of the S+1 economies.

    Two economies that are both inside the older rest of the world take the pattern of its exports: what it sells to itself is
    mostly domestic. An empty coarse cell takes the seller's pooled exports, then the world's.
    """
    keys = [tuple(s) for s in sectors]
    divided = np.array([[sum(row[j] for j, other in enumerate(keys) if other == key) for key in keys] for row in size])
    split = np.divide(size, divided, out=np.zeros_like(size), where=divided > 0)
    by_sector = np.stack([older[:, list(s)].sum(axis=1) for s in sectors], axis=1)  # (W, I, W)
    exports = by_sector.sum(axis=2) - np.einsum("wiw->wi", by_sector)
    e = np.asarray(economies)
    flows = by_sector[e][:, :, e]
    outside = e == len(older) - 1
    inside = np.outer(outside, outside) & ~np.eye(len(e), dtype=bool)
    flows = np.where(inside[:, None, :], exports[e][:, :, None], flows) * split[:, :, None]
    pooled = exports[e][:, :, None] * split[:, :, None]
    world = exports.sum(axis=0)[None, :, None] * split[:, :, None]
    share, there = within(flows, coarse)
    for fallback in (pooled, world):
        fallback_share, filled = within(np.broadcast_to(fallback, flows.shape).copy(), coarse)
        share, there = np.where(there, share, fallback_share), there | filled
    return share
