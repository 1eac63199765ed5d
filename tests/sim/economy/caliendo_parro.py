"""Caliendo & Parro's (2015) algorithm, written for the tests only and sharing nothing with ``sim.economy``.

Unit upper elasticities, labour only, one sourcing share per (origin, sector, destination). Notation of the paper:
π_ni^j share of goods j that n buys from i, γ_n^{k,j} share of k in the cost of j, γ_n^j value-added share, α final shares,
trade elasticity θ^j here for their 1/θ^j, deficits D_n, tariffs τ. World labour income is the numeraire.
"""

from __future__ import annotations

import numpy as np


def solve(Z, Y, old_tariffs, new_tariffs, theta, iterations=20000, tolerance=1e-13):
    """Z (G,N,G,N), Y (G,N,G) at basic prices; tariffs (G,N,G); returns wages, real wages, trade (G,N,G), prices."""
    G, N = Y.shape[:2]
    M0 = (Z.sum(axis=3) + Y) * (1 + old_tariffs)  # purchaser value by origin, sector, destination
    pi0 = M0 / M0.sum(axis=0)

    output = Z.sum(axis=(2, 3)) + Y.sum(axis=2)  # (G, N)
    cost = (Z * (1 + old_tariffs)[..., None]).sum(axis=0)  # (k, n, j)
    gamma_k = cost / output[None]
    gamma = 1 - gamma_k.sum(axis=0)
    alpha = (Y * (1 + old_tariffs)).sum(axis=0)
    income0 = alpha.sum(axis=0)
    alpha = alpha / income0
    labour0 = (gamma * output).sum(axis=1)
    revenue0 = (old_tariffs / (1 + old_tariffs) * M0).sum(axis=(0, 1))
    deficit = income0 - labour0 - revenue0
    w, P = np.ones(G), np.ones((N, G))
    damping = 1.0 / (1.0 + theta.max())  # excess demand falls by up to θ per cent when a wage rises by one
    for _ in range(iterations):
        # prices (eqs. 10, 11 of the paper)
        for _ in range(5000):
            c = w[:, None] ** gamma * np.exp(np.einsum("kn,knj->nj", np.log(P), gamma_k))
            d = c[:, :, None] * (1 + new_tariffs) / (1 + old_tariffs)
            P_new = (pi0 * d ** -theta[None, :, None]).sum(axis=0) ** (-1 / theta[:, None])
            if np.abs(P_new / P - 1).max() < 1e-15:
                break
            P = P_new
        pi = pi0 * (d / P_new[None]) ** -theta[None, :, None]
        # expenditure (eq. 13): X_n^j = Σ_k γ_n^{j,k} Σ_i X_i^k π_in^k/(1+τ) + α_n^j I_n
        system = np.eye(N * G)
        right = np.zeros(N * G)
        for n in range(G):
            for j in range(N):
                row = j * G + n
                right[row] += alpha[j, n] * (w[n] * labour0[n] + deficit[n])
                for i in range(G):
                    for k in range(N):
                        sold = pi[n, k, i] / (1 + new_tariffs[n, k, i])
                        system[row, k * G + i] -= gamma_k[j, n, k] * sold
                for k in range(N):
                    paid = (new_tariffs[:, k, n] / (1 + new_tariffs[:, k, n]) * pi[:, k, n]).sum()
                    system[row, k * G + n] -= alpha[j, n] * paid
        X = np.linalg.solve(system, right).reshape(N, G)
        trade = pi * X[None] / (1 + new_tariffs)
        sales = trade.sum(axis=2)
        demanded = (gamma * sales).sum(axis=1)
        excess = demanded / (w * labour0)
        w_new = w * excess**damping
        w_new *= labour0.sum() / (w_new * labour0).sum()
        if np.abs(w_new / w - 1).max() < tolerance:
            break
        w = w_new
    else:
        raise AssertionError("the test's own implementation did not converge")
    consumer = np.exp((alpha * np.log(P_new)).sum(axis=0))
    return w, w / consumer, trade, X
