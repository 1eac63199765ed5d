"""A slow, literal decomposition: one loop per sum of the paper, blocks cut out one by one. It imports nothing of decomp.

Every formula is typed from the table of equations (Wang, Wei & Zhu 2013; Koopman, Wang & Wei 2014; Borin & Mancini 2019) and
nothing is simplified or shared between terms, so that a mistake in the fast code cannot repeat itself here.
Economies are lists of row numbers, so that a group of economies can be one "economy" with more rows than the others.
"""

from __future__ import annotations

import numpy as np


class Oracle:
    """Blocks of a world table, cut out literally."""

    def __init__(self, Z, Y, rows, columns):
        """``rows[s]``: row numbers of economy s; ``columns[s]``: its columns of final demand."""
        self.rows = rows
        n = Z.shape[0]
        self.X_all = np.array([Z[k].sum() + Y[k].sum() for k in range(n)])
        A = np.zeros((n, n))
        V = np.zeros(n)
        for k in range(n):
            if self.X_all[k] > 0:
                A[:, k] = Z[:, k] / self.X_all[k]
            V[k] = 1.0 - A[:, k].sum()
        B = np.linalg.solve(np.eye(n) - A, np.eye(n))
        self.C = range(len(rows))
        self.A_all, self.V_all = A, V
        self.A = {(s, r): A[np.ix_(rows[s], rows[r])] for s in self.C for r in self.C}
        self.B = {(s, r): B[np.ix_(rows[s], rows[r])] for s in self.C for r in self.C}
        self.Y = {(s, r): Y[np.ix_(rows[s], columns[r])].sum(axis=1) for s in self.C for r in self.C}
        self.V = {s: V[rows[s]] for s in self.C}
        self.X = {s: self.X_all[rows[s]] for s in self.C}
        self.L = {s: np.linalg.inv(np.eye(len(rows[s])) - self.A[s, s]) for s in self.C}
        self.E = {(s, r): self.A[s, r] @ self.X[r] + self.Y[s, r] for s in self.C for r in self.C if s != r}

    def zeros(self, s):
        return np.zeros(len(self.rows[s]))

    def E_total(self, s):
        total = self.zeros(s)
        for r in self.C:
            if r != s:
                total = total + self.E[s, r]
        return total

    def term(self, number, s, r):
        """Term ``number`` (1…16) of the exports of s to r: one vector over the sectors of s."""
        return getattr(self, f"t{number}")(s, r)

    def t1(self, s, r):
        return (self.V[s] @ self.B[s, s]) * self.Y[s, r]

    def t2(self, s, r):
        return (self.V[s] @ self.L[s]) * (self.A[s, r] @ self.B[r, r] @ self.Y[r, r])

    def t3(self, s, r):
        inner = self.zeros(r)
        for t in self.C:
            if t not in (s, r):
                inner = inner + self.B[r, t] @ self.Y[t, t]
        return (self.V[s] @ self.L[s]) * (self.A[s, r] @ inner)

    def t4(self, s, r):
        inner = self.zeros(r)
        for t in self.C:
            if t not in (s, r):
                inner = inner + self.Y[r, t]
        return (self.V[s] @ self.L[s]) * (self.A[s, r] @ self.B[r, r] @ inner)

    def t5(self, s, r):
        inner = self.zeros(r)
        for t in self.C:
            if t in (s, r):
                continue
            for u in self.C:
                if u not in (s, t):
                    inner = inner + self.B[r, t] @ self.Y[t, u]
        return (self.V[s] @ self.L[s]) * (self.A[s, r] @ inner)

    def t6(self, s, r):
        return (self.V[s] @ self.L[s]) * (self.A[s, r] @ self.B[r, r] @ self.Y[r, s])

    def t7(self, s, r):
        inner = self.zeros(r)
        for t in self.C:
            if t not in (s, r):
                inner = inner + self.B[r, t] @ self.Y[t, s]
        return (self.V[s] @ self.L[s]) * (self.A[s, r] @ inner)

    def t8(self, s, r):
        return (self.V[s] @ self.L[s]) * (self.A[s, r] @ self.B[r, s] @ self.Y[s, s])

    def t9(self, s, r):
        inner = self.zeros(s)
        for t in self.C:
            if t != s:
                inner = inner + self.Y[s, t]
        return (self.V[s] @ self.L[s]) * (self.A[s, r] @ self.B[r, s] @ inner)

    def t10(self, s, r):
        return (self.V[s] @ self.B[s, s] - self.V[s] @ self.L[s]) * (self.A[s, r] @ self.X[r])

    def t11(self, s, r):
        return (self.V[r] @ self.B[r, s]) * self.Y[s, r]

    def t12(self, s, r):
        return (self.V[r] @ self.B[r, s]) * (self.A[s, r] @ self.L[r] @ self.Y[r, r])

    def t13(self, s, r):
        return (self.V[r] @ self.B[r, s]) * (self.A[s, r] @ self.L[r] @ self.E_total(r))

    def third(self, s, r):
        coefficient = self.zeros(s)
        for t in self.C:
            if t not in (s, r):
                coefficient = coefficient + self.V[t] @ self.B[t, s]
        return coefficient

    def t14(self, s, r):
        return self.third(s, r) * self.Y[s, r]

    def t15(self, s, r):
        return self.third(s, r) * (self.A[s, r] @ self.L[r] @ self.Y[r, r])

    def t16(self, s, r):
        return self.third(s, r) * (self.A[s, r] @ self.L[r] @ self.E_total(r))

    # -- other decompositions --------------------------------------------------------------------

    def kww(self, s):
        """The nine terms of Koopman, Wang & Wei (2014, eq. 36) of the exports of s, typed from their own formula."""
        w = np.zeros(9)
        others = [r for r in self.C if r != s]
        for r in others:
            w[0] += self.V[s] @ self.B[s, s] @ self.Y[s, r]
            w[1] += self.V[s] @ self.B[s, r] @ self.Y[r, r]
            for t in others:
                if t != r:
                    w[2] += self.V[s] @ self.B[s, r] @ self.Y[r, t]
            w[3] += self.V[s] @ self.B[s, r] @ self.Y[r, s]
            w[4] += self.V[s] @ self.B[s, r] @ self.A[r, s] @ self.L[s] @ self.Y[s, s]
            w[5] += self.V[s] @ self.B[s, r] @ self.A[r, s] @ self.L[s] @ self.E_total(s)
            for t in others:
                w[6] += self.V[t] @ self.B[t, s] @ self.Y[s, r]
                w[7] += self.V[t] @ self.B[t, s] @ self.A[s, r] @ self.L[r] @ self.Y[r, r]
                w[8] += self.V[t] @ self.B[t, s] @ self.A[s, r] @ self.L[r] @ self.E_total(r)
        return w

    def B_without(self, s):
        """Inverse of I − A with A_st = 0 for all t ≠ s, computed as such."""
        A = self.A_all.copy()
        for t in self.C:
            if t != s:
                A[np.ix_(self.rows[s], self.rows[t])] = 0.0
        B = np.linalg.inv(np.eye(len(A)) - A)
        return {(t, u): B[np.ix_(self.rows[t], self.rows[u])] for t in self.C for u in self.C}

    def borin_mancini(self, approach, s, r):
        """(dva, ddc, fva, fdc) of the exports of s to r, each a vector over the sectors of s."""
        cut = self.B_without(s)
        if approach == "source":
            once, again = self.E[s, r], None
            dva = (self.V[s] @ cut[s, s]) * once
            fva = self.zeros(s)
            fdc = self.zeros(s)
            loop = np.zeros((len(self.rows[s]), len(self.rows[s])))
            for t in self.C:
                if t != s:
                    loop = loop + self.A[s, t] @ self.B[t, s]
            for t in self.C:
                if t != s:
                    fva = fva + (self.V[t] @ cut[t, s]) * once
                    fdc = fdc + (self.V[t] @ cut[t, s] @ loop) * once
            ddc = (self.V[s] @ cut[s, s] @ loop) * once
            return dva, ddc, fva, fdc
        # Sink: what the importer's output owes to later exports of s is counted again when it leaves for the last time.
        once = self.Y[s, r].copy()
        for t in self.C:
            for u in self.C:
                if t == s and u != s:
                    continue
                once = once + self.A[s, r] @ cut[r, t] @ self.Y[t, u]
        again = self.A[s, r] @ cut[r, s] @ self.E_total(s)
        foreign = self.zeros(s)
        for t in self.C:
            if t != s:
                foreign = foreign + self.V[t] @ self.B[t, s]
        home = self.V[s] @ self.B[s, s]
        return home * once, home * again, foreign * once, foreign * again

    def value_added_absorbed(self, s, r):
        """W[s, r]: value added of s in the final demand of r."""
        return sum(self.V[s] @ self.B[s, t] @ self.Y[t, r] for t in self.C)


def of_table(Z, Y, G, N):
    """Oracle of a table with G economies of N sectors, economy-major."""
    Z, Y = np.asarray(Z, dtype=float), np.asarray(Y, dtype=float)
    return Oracle(Z, Y, [list(range(s * N, s * N + N)) for s in range(G)], [[s] for s in range(G)])


def with_group(Z, Y, G, N, members):
    """Oracle whose economy 0 is a group of economies stacked as one block; the outsiders follow in order."""
    outside = [s for s in range(G) if s not in members]
    rows = [[m * N + i for m in members for i in range(N)]] + [list(range(s * N, s * N + N)) for s in outside]
    return Oracle(
        np.asarray(Z, dtype=float), np.asarray(Y, dtype=float), rows, [list(members), *[[s] for s in outside]]
    )


def all_terms(Z, Y, G, N):
    """T1…T16 as an array (16, G, N, G), zero where s = r."""
    oracle = of_table(Z, Y, G, N)
    T = np.zeros((16, G, N, G))
    for s in range(G):
        for r in range(G):
            if s != r:
                for number in range(1, 17):
                    T[number - 1, s, :, r] = oracle.term(number, s, r)
    return T
