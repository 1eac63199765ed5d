"""The equations of the economy written out cell by cell, to check a solved year; shares no code with ``sim.economy``.

Given the base table, the parameters, the shocks and the factor prices and unit costs that a solution reports, compute
unit costs, flows, factor payments and incomes again with plain loops.
"""

from __future__ import annotations

import math

import numpy as np


def mean(prices, shares, sigma):
    """CES price index of price ratios with base shares."""
    if sigma == 1.0:
        return math.exp(sum(a * math.log(p) for a, p in zip(shares, prices, strict=True) if a > 0))
    return sum(a * p ** (1 - sigma) for a, p in zip(shares, prices, strict=True) if a > 0) ** (1 / (1 - sigma))


class Oracle:
    """Base data and parameters as plain arrays; see the arguments of :meth:`evaluate`."""

    def __init__(self, Z, Y, t0, theta, ell, sigma, bundles, bundle_sources, reversion=30.0):
        self.G, self.N = Y.shape[:2]
        self.Z, self.Y, self.t0, self.theta, self.ell = Z, Y, t0, theta, ell
        self.sv, self.sm, self.sf, self.st = sigma
        self.bundles, self.bundle_sources, self.h = bundles, bundle_sources, reversion  # (K,N,G), (K,G,N,G)
        self.X = Z.sum(axis=(2, 3)) + Y.sum(axis=2)
        self.buy = Z * (1 + t0)[..., None]
        self.buy_final = Y * (1 + t0)
        self.factor = self.X - self.buy.sum(axis=(0, 1))
        self.income0 = self.buy_final.sum(axis=(0, 1))
        revenue = (t0[..., None] * Z).sum(axis=(0, 1, 3)) + (t0 * Y).sum(axis=(0, 1))
        self.deficit = self.income0 - self.factor.sum(axis=1) - revenue

    def source(self, weights, i, r, cost, tariffs, kappa, tax):
        """Price index of one input over its origins and the origins' shares."""
        parts = []
        for s in range(self.G):
            if weights[s] == 0 or math.isinf(kappa[s, i, r]):
                parts.append(0.0)
                continue
            d = cost[s, i] * kappa[s, i, r] * (1 + tax[s, i, r])
            d *= (1 + tariffs[s, i, r]) / (1 + self.t0[s, i, r])
            parts.append(weights[s] * d ** -self.theta[i])
        total = sum(parts)
        return total ** (-1 / self.theta[i]), [part / total for part in parts]

    def evaluate(
        self, cost, wage, rental, output, income, *, tariffs, kappa, tax, delta, mu_q_decline, productivity, demand
    ):
        """Everything implied at these unit costs (G,N), wages (G,) or by sector (G,N), rentals (G,), basic outputs (G,N) and incomes (G,).

        delta (K,G,N) displaced shares, mu_q_decline (K,G) the product μ e^{−g}; tariffs (G,N,G), or three of them: on inputs,
        on final demand, on machines.
        """
        on_inputs, on_final, on_machines = tariffs if isinstance(tariffs, tuple) else (tariffs,) * 3
        G, N, K = self.G, self.N, len(delta)
        wage = np.asarray(wage) if np.ndim(wage) == 2 else np.repeat(np.asarray(wage)[:, None], N, axis=1)
        Z, Y = np.zeros((G, N, G, N)), np.zeros((G, N, G))
        new_cost, labour, capital = np.zeros((G, N)), np.zeros((G, N)), np.zeros((G, N))
        machine_price, duty = np.zeros((K, G)), np.zeros(G)
        export_tax, consumers = np.zeros((G, N)), np.zeros(G)

        def ship(s, i, r, spent, tariffs):
            """Book purchaser spending on a flow; returns its value at the border, export tax included."""
            value = spent / (1 + tariffs[s, i, r])
            duty[r] += spent - value
            export_tax[s, i] += value * tax[s, i, r] / (1 + tax[s, i, r])
            return value

        for r in range(G):
            machine_sources = []
            for k in range(K):
                log_price, shares = math.log(mu_q_decline[k, r]), []
                for i in range(N):
                    price, share = self.source(self.bundle_sources[k, :, i, r], i, r, cost, on_machines, kappa, tax)
                    shares.append(share)
                    log_price += self.bundles[k, i, r] * math.log(price)
                machine_price[k, r] = math.exp(log_price)
                machine_sources.append(shares)
            for j in range(N):
                prices, spends, origins = [], [], []
                for i in range(N):
                    bought = self.buy[:, i, r, j]
                    spends.append(bought.sum())
                    if bought.sum() == 0:
                        prices.append(1.0), origins.append([0.0] * G)
                        continue
                    price, share = self.source(bought / bought.sum(), i, r, cost, on_inputs, kappa, tax)
                    prices.append(price), origins.append(share)
                base_inputs = sum(spends)
                alpha = [spend / base_inputs for spend in spends]
                inputs = mean(prices, alpha, self.sm)
                ell, displaced = self.ell[r, j], sum(delta[k][r, j] for k in range(K))
                task_cost = [
                    (wage[r, j] ** -self.h + machine_price[k, r] ** -self.h) ** (-1 / self.h) for k in range(K)
                ]
                names = [rental[r], wage[r, j], *task_cost]
                weights = [1 - ell, ell * (1 - displaced), *(ell * delta[k][r, j] for k in range(K))]
                composite = mean(names, weights, self.st)
                value = self.factor[r, j] / self.X[r, j]
                gross = mean([composite, inputs], [value, 1 - value], self.sv)
                new_cost[r, j] = gross / productivity[r, j]
                value_spent = output[r, j] * value * (composite / gross) ** (1 - self.sv)
                share = [a * (p / composite) ** (1 - self.st) for a, p in zip(weights, names, strict=True)]
                capital[r, j] = value_spent * share[0]
                labour[r, j] = value_spent * share[1]
                for k in range(K):
                    by_machine = (machine_price[k, r] / task_cost[k]) ** -self.h
                    labour[r, j] += value_spent * share[2 + k] * (1 - by_machine)
                    bought = value_spent * share[2 + k] * by_machine
                    for i in range(N):
                        for s in range(G):
                            spent = bought * self.bundles[k, i, r] * machine_sources[k][i][s]
                            Z[s, i, r, j] += ship(s, i, r, spent, on_machines)
                inputs_spent = output[r, j] * (1 - value) * (inputs / gross) ** (1 - self.sv)
                for i in range(N):
                    on_input = inputs_spent * alpha[i] * (prices[i] / inputs) ** (1 - self.sm)
                    for s in range(G):
                        Z[s, i, r, j] += ship(s, i, r, on_input * origins[i][s], on_inputs)
            beta = self.buy_final[:, :, r].sum(axis=0) / self.income0[r] * demand[:, r]
            beta /= beta.sum()
            found = [
                self.source(self.buy_final[:, i, r] / self.buy_final[:, i, r].sum(), i, r, cost, on_final, kappa, tax)
                for i in range(N)
            ]
            consumer = consumers[r] = mean([price for price, _ in found], beta, self.sf)
            for i in range(N):
                spent = income[r] * beta[i] * (found[i][0] / consumer) ** (1 - self.sf)
                for s in range(G):
                    Y[s, i, r] = ship(s, i, r, spent * found[i][1][s], on_final)
        return {
            "cost": new_cost,
            "consumer": consumers,
            "Z": Z,
            "Y": Y,
            "labour": labour,
            "capital": capital,
            "income": labour.sum(axis=1) + capital.sum(axis=1) + duty + export_tax.sum(axis=1) + self.deficit,
            "export_tax": export_tax,
        }
