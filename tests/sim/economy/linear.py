"""First-order response to a tariff, assembled from the differentiated equations; independent of ``sim.economy``.

One dense system in the log changes of unit costs, input prices, factor prices, outputs and incomes. Everything is
written as a loop over the equations of the model, none of the solver's formulas is used.
"""

from __future__ import annotations

import numpy as np


def respond(Z, Y, t0, dt, theta, ell, sigma, epsilon, u0, dt_final=None, kappa=0.0):
    """Changes d log (wage, rental, consumer price, income), each (G,), for a change dt (G,N,G) of ad-valorem tariffs.

    Z (G,N,G,N), Y (G,N,G) at basic prices; sigma = (value added, inputs, consumption, tasks); epsilon the capital
    supply elasticity; u0 None for full employment, else base unemployment with the wage curve of power 10; dt_final (G,N,G) is
    the change on final demand where it is another; kappa the elasticity of labour supply without a wage curve.
    """
    G, N = Y.shape[:2]
    sv, sm, sf, st = sigma
    X = Z.sum(axis=(2, 3)) + Y.sum(axis=2)
    buy, buy_final = Z * (1 + t0)[..., None], Y * (1 + t0)
    factor = X - buy.sum(axis=(0, 1))
    labour, capital = ell * factor, (1 - ell) * factor
    income = buy_final.sum(axis=(0, 1))
    names = {}

    def var(*key):
        return names.setdefault(key, len(names))

    for kind in ("w", "rho", "pc", "inc"):
        for r in range(G):
            var(kind, r)
    for r in range(G):
        for j in range(N):
            var("c", r, j), var("x", r, j), var("pm", r, j), var("pv", r, j), var("pf", j, r)
            for i in range(N):
                var("p", i, r, j)
    rows, rhs = [], []

    def equation(terms, constant=0.0):
        row = np.zeros(len(names))
        for coefficient, *key in terms:
            row[names[tuple(key)]] += coefficient
        rows.append(row)
        rhs.append(constant)

    dt_final = dt if dt_final is None else dt_final
    wedge, wedge_final = dt / (1 + t0), dt_final / (1 + t0)
    for r in range(G):
        for j in range(N):
            for i in range(N):  # sourcing price: Σ π (dc + wedge)
                total = buy[:, i, r, j].sum()
                terms, constant = [(-1.0, "p", i, r, j)], 0.0
                for s in range(G):
                    share = buy[s, i, r, j] / total
                    terms.append((share, "c", s, i))
                    constant -= share * wedge[s, i, r]
                equation(terms, constant)
            cost = buy[:, :, r, j].sum()
            equation([(-1.0, "pm", r, j)] + [(buy[:, i, r, j].sum() / cost, "p", i, r, j) for i in range(N)])
            equation([(-1.0, "pv", r, j), (ell[r, j], "w", r), (1 - ell[r, j], "rho", r)])
            a = factor[r, j] / X[r, j]
            equation([(-1.0, "c", r, j), (a, "pv", r, j), (1 - a, "pm", r, j)])
        for i in range(N):
            total = buy_final[:, i, r].sum()
            terms, constant = [(-1.0, "pf", i, r)], 0.0
            for s in range(G):
                share = buy_final[s, i, r] / total
                terms.append((share, "c", s, i))
                constant -= share * wedge_final[s, i, r]
            equation(terms, constant)
        equation([(-1.0, "pc", r)] + [(buy_final[:, i, r].sum() / income[r], "pf", i, r) for i in range(N)])

    def input_flow(s, i, r, j):
        """Terms and constant of d log of the flow (s,i) → (r,j) at basic prices."""
        terms = [
            (1.0, "x", r, j),
            (1 - sv, "pm", r, j),
            (sv - 1, "c", r, j),
            (1 - sm, "p", i, r, j),
            (sm - 1, "pm", r, j),
            (-theta[i], "c", s, i),
            (theta[i], "p", i, r, j),
        ]
        return terms, -(theta[i] + 1) * wedge[s, i, r]

    def final_flow(s, i, r):
        terms = [
            (1.0, "inc", r),
            (1 - sf, "pf", i, r),
            (sf - 1, "pc", r),
            (-theta[i], "c", s, i),
            (theta[i], "pf", i, r),
        ]
        return terms, -(theta[i] + 1) * wedge_final[s, i, r]

    def factor_payment(which, r, j):
        own = "w" if which == "labour" else "rho"
        return [
            (1.0, "x", r, j),
            (1 - sv, "pv", r, j),
            (sv - 1, "c", r, j),
            (1 - st, own, r),
            (st - 1, "pv", r, j),
        ]

    def scaled(factor_, terms):
        return [(factor_ * coefficient, *key) for coefficient, *key in terms]

    for s in range(G):  # goods markets
        for i in range(N):
            terms, constant = [(-X[s, i], "x", s, i)], 0.0
            for r in range(G):
                more, known = final_flow(s, i, r)
                terms += scaled(Y[s, i, r], more)
                constant -= Y[s, i, r] * known
                for j in range(N):
                    more, known = input_flow(s, i, r, j)
                    terms += scaled(Z[s, i, r, j], more)
                    constant -= Z[s, i, r, j] * known
            equation(terms, constant)
    omega = 0.0 if u0 is None else 10.0
    for r in range(G):
        slope = kappa if u0 is None else omega * u0[r]
        bill = labour[r].sum()
        supply = [(1 + slope, "w", r), (-slope, "pc", r)]
        # income = wages + capital + tariffs + deficit
        terms, constant = [(-income[r], "inc", r), *scaled(bill, supply)], 0.0
        for j in range(N):
            terms += scaled(capital[r, j], factor_payment("capital", r, j))
        for s in range(G):
            for i in range(N):
                more, known = final_flow(s, i, r)
                terms += scaled(t0[s, i, r] * Y[s, i, r], more)
                constant -= t0[s, i, r] * Y[s, i, r] * known + dt_final[s, i, r] * Y[s, i, r]
                for j in range(N):
                    more, known = input_flow(s, i, r, j)
                    terms += scaled(t0[s, i, r] * Z[s, i, r, j], more)
                    constant -= t0[s, i, r] * Z[s, i, r, j] * known + dt[s, i, r] * Z[s, i, r, j]
        equation(terms, constant)
        if r > 0:  # one labour market follows from the others (Walras)
            terms = scaled(-bill, supply)
            for j in range(N):
                terms += scaled(labour[r, j], factor_payment("labour", r, j))
            equation(terms)
        terms = scaled(-capital[r].sum(), [(1 + epsilon, "rho", r), (-epsilon, "pc", r)])
        for j in range(N):
            terms += scaled(capital[r, j], factor_payment("capital", r, j))
        equation(terms)
    terms = []  # numeraire: world factor income
    for r in range(G):
        slope = kappa if u0 is None else omega * u0[r]
        terms += scaled(labour[r].sum(), [(1 + slope, "w", r), (-slope, "pc", r)])
        for j in range(N):
            terms += scaled(capital[r, j], factor_payment("capital", r, j))
    equation(terms)
    found = np.linalg.solve(np.array(rows), np.array(rhs))
    return {kind: np.array([found[names[(kind, r)]] for r in range(G)]) for kind in ("w", "rho", "pc", "inc")}
