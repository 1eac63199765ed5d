"""The ledger's rules: what it saves, who joins and leaves, what it binds; signs, limits and a cascade by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules import ledger, trust

RNG = np.random.default_rng(11)
COSTS = {"entry_cost": 0.001, "running_cost": 0.0005, "horizon": 10.0, "patience": 3.0}


def flows(G: int = 4, N: int = 3) -> np.ndarray:
    return RNG.random((G, N, G)) * 10


def abroad(G: int = 4, N: int = 3) -> np.ndarray:
    return np.broadcast_to(~np.eye(G, dtype=bool)[:, None, :], (G, N, G))


def test_both_components_save_and_home_trade_saves_nothing() -> None:
    customs = np.array(abroad())
    customs[:, 2, :] = False  # services need no customs documents
    rate = ledger.factors(customs, documents=0.03, payments=0.004)
    assert rate[0, 0, 1] == pytest.approx(0.97 * 0.996)
    assert rate[0, 2, 1] == pytest.approx(0.996)
    assert (rate[[0, 1, 2, 3], :, [0, 1, 2, 3]] == 1.0).all()


def test_no_saving_no_friction_change() -> None:
    rate = ledger.factors(np.array(abroad()), documents=0.0, payments=0.0)
    assert (ledger.friction(rate, np.ones(4, bool)) == 1.0).all()


def test_only_trade_between_two_members_gets_cheaper() -> None:
    rate = ledger.factors(np.array(abroad()), documents=0.03, payments=0.0)
    factor = ledger.friction(rate, np.array([True, True, False, False]))
    assert factor[0, 0, 1] == factor[1, 0, 0] == pytest.approx(0.97)
    factor[0, :, 1] = factor[1, :, 0] = 1.0
    assert (factor == 1.0).all()


def test_both_sides_share_what_is_saved_and_the_parts_add_up() -> None:
    traded = flows()
    rate = ledger.factors(np.array(abroad()), documents=0.03, payments=0.004)
    pairs = ledger.pair_savings(traded, rate)
    np.testing.assert_allclose(pairs, pairs.T)
    assert not pairs.diagonal().any()
    assert pairs.sum() == pytest.approx(((1.0 - rate) * traded).sum())


def test_the_expected_saving_grows_with_every_member_and_is_zero_without() -> None:
    pairs = ledger.pair_savings(flows(), ledger.factors(np.array(abroad()), documents=0.03, payments=0.0))
    gdp = np.full(4, 1000.0)
    members, last = np.zeros(4, bool), np.zeros(4)
    assert not ledger.expected_saving(pairs, members, gdp).any()
    for r in range(4):
        members[r] = True
        now = ledger.expected_saving(pairs, members, gdp)
        others = np.arange(4) != r
        assert (now[others] > last[others]).all()
        assert now[r] == last[r]  # nobody trades with itself
        last = now


def test_joining_needs_more_than_running_and_spread_entry_cost() -> None:
    threshold = 0.0005 + 0.001 / 10
    assert not ledger.choose(False, 0.0, threshold, **COSTS).member
    assert ledger.choose(False, 0.0, threshold * 1.001, **COSTS).member
    assert not ledger.choose(False, 0.0, 1.0, willing=False, **COSTS).member


def test_a_member_keeps_what_a_newcomer_would_not_take_up() -> None:
    """Between running cost and the threshold of joining, entry cost is sunk: members stay, others stay away."""
    saving = 0.00055
    assert ledger.choose(True, 0.0, saving, **COSTS) == (True, 0.0)
    assert not ledger.choose(False, 0.0, saving, **COSTS).member


def test_a_member_leaves_after_losing_years_in_a_row_only() -> None:
    member, losing = True, 0.0
    for saving, expected in ((0.0, 1.0), (0.0, 2.0), (0.001, 0.0), (0.0, 1.0), (0.0, 2.0)):
        member, losing = ledger.choose(member, losing, saving, **COSTS)
        assert member
        assert losing == expected
    assert ledger.choose(member, losing, 0.0, **COSTS) == (False, 0.0)


def adoption(pairs: np.ndarray, founders: list[int], threshold: float) -> list[int]:
    """Members by year until nothing changes."""
    members = np.isin(np.arange(len(pairs)), founders)
    counts = [int(members.sum())]
    while True:
        saving = ledger.expected_saving(pairs, members, np.ones(len(pairs)))
        joined = np.array([
            ledger.choose(bool(members[r]), 0.0, float(saving[r]), entry_cost=0.0, running_cost=threshold, horizon=1.0, patience=9.0).member
            for r in range(len(pairs))
        ])  # fmt: skip
        if (joined == members).all():
            return counts
        members = joined
        counts.append(int(members.sum()))


def test_adoption_cascades_one_by_one_or_stalls() -> None:
    """On a chain of neighbours everyone joins as its neighbour has, so that the whole chain does; a weak link ends it."""
    links = np.diag([1.0, 1.0, 1.0, 1.0], 1)
    chain = links + links.T
    assert adoption(chain, [0], 0.9) == [1, 2, 3, 4, 5]
    assert adoption(chain, [0], 1.1) == [1]
    weak = chain.copy()
    weak[1, 2] = weak[2, 1] = 0.5
    assert adoption(weak, [0], 0.9) == [1, 2]


def test_critical_mass_decides() -> None:
    """Everyone trades alike: three founders carry the rest along, two do not."""
    alike = np.ones((6, 6)) - np.eye(6)
    assert adoption(alike, [0, 1, 2], 2.5) == [3, 6]
    assert adoption(alike, [0, 1], 2.5) == [2]


def test_costs_are_paid_by_members_and_entry_in_the_first_year_only() -> None:
    members, before = np.array([True, True, False]), np.array([False, True, False])
    cost = ledger.outlay(members, members & ~before, entry_cost=np.full(3, 0.01), running_cost=np.full(3, 0.002))
    assert cost == pytest.approx([0.012, 0.002, 0.0])


def test_commitments_damp_tariffs_between_members_only() -> None:
    target = np.full((3, 2), 0.2)
    bound = np.array([True, False, False])
    assert ledger.committed(target, bound, commitment=0.5)[:, 0] == pytest.approx([0.1, 0.2, 0.2])
    assert not ledger.committed(target, bound, commitment=1.0)[0].any()
    assert (ledger.committed(target, bound, commitment=0.0) == target).all()


def test_trust_among_members_falls_less_and_comes_back_faster() -> None:
    members = np.array([True, True, False])
    initial = np.full((3, 3), 0.7)
    np.fill_diagonal(initial, 1.0)
    acts = np.full((3, 3), 0.1)
    np.fill_diagonal(acts, 0.0)
    fall, recovery = ledger.trust_terms(members, fall=2.0, recovery=0.05, shield=0.5, faster=0.05)
    after = trust.update(initial, initial, acts, fall=fall, recovery=recovery)
    assert after[0, 1] == pytest.approx(0.6)
    assert after[0, 2] == after[2, 0] == pytest.approx(0.5)
    later = trust.update(np.where(initial < 1, 0.3, 1.0), initial, 0 * acts, fall=fall, recovery=recovery)
    assert later[0, 1] == pytest.approx(0.34)
    assert later[0, 2] == pytest.approx(0.32)


def test_recovery_never_overshoots() -> None:
    _, recovery = ledger.trust_terms(np.ones(2, bool), fall=1.0, recovery=0.9, shield=0.0, faster=0.9)
    assert recovery.max() == 1.0
