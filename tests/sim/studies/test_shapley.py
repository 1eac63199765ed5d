"""Shapley values of games small enough to solve by hand, and the axioms that single them out."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from sim.studies.attribution import shapley


def by_orders(values: np.ndarray) -> np.ndarray:
    """Mean of what each player adds over all orders, written out."""
    players = len(values).bit_length() - 1
    total = np.zeros((players, *values.shape[1:]))
    for order in permutations(range(players)):
        inside = 0
        for player in order:
            total[player] += values[inside | 1 << player] - values[inside]
            inside |= 1 << player
    return total / factorial(players)


def games(players: int) -> st.SearchStrategy[np.ndarray]:
    return stn.arrays(np.float64, (1 << players, 2), elements=st.floats(-1e3, 1e3))


def test_two_channels_by_hand() -> None:
    # v(∅) = 0.20, tariffs alone 0.14, automation alone 0.23, both 0.15:
    # automation ½(0.03 + 0.01) = 0.02, tariffs ½(−0.06 − 0.08) = −0.07; together −0.05.
    assert shapley(np.array([0.20, 0.23, 0.14, 0.15])) == pytest.approx([0.02, -0.07], abs=1e-15)


def test_glove_game() -> None:
    # One left glove (player 0), two right ones: a pair is worth 1. Known values 2/3, 1/6, 1/6.
    worth = [float(bool(c & 1) and bool(c & 6)) for c in range(8)]
    assert shapley(np.array(worth)) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_an_additive_game_gives_each_its_own() -> None:
    own = np.array([3.0, -1.0, 0.5, 7.0])
    worth = np.array([sum(own[i] for i in range(4) if c >> i & 1) for c in range(16)])
    assert shapley(worth) == pytest.approx(own)


def test_one_player_gets_everything_and_none_nothing() -> None:
    assert shapley(np.array([1.5, 4.0])).tolist() == [2.5]
    assert shapley(np.array([[1.5, 2.0]])).shape == (0, 2)


@pytest.mark.parametrize("count", [0, 3, 5, 6, 12])
def test_a_table_that_lacks_coalitions_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"values has {count} coalitions; expected a power of two"):
        shapley(np.zeros(count))


@given(games(4))
def test_parts_add_up(values: np.ndarray) -> None:
    assert np.allclose(shapley(values).sum(axis=0), values[-1] - values[0], rtol=0, atol=1e-10)


@given(games(3))
def test_it_is_the_mean_over_all_orders(values: np.ndarray) -> None:
    assert np.allclose(shapley(values), by_orders(values), rtol=0, atol=1e-10)


@given(games(3), st.permutations(range(4)))
def test_a_dummy_gets_exactly_zero_wherever_it_stands_and_the_others_what_they_get_without_it(
    values: np.ndarray, order: list[int]
) -> None:
    place = order[0]
    low = (1 << place) - 1
    with_dummy = np.array([values[(c & low) | (c >> (place + 1) << place)] for c in range(16)])
    parts = shapley(with_dummy)
    assert (parts[place] == 0.0).all()
    assert np.allclose(np.delete(parts, place, axis=0), shapley(values), rtol=0, atol=1e-10)


@given(games(4), st.permutations(range(4)))
def test_the_order_of_the_players_does_not_matter(values: np.ndarray, order: list[int]) -> None:
    shuffled = np.array([values[sum(1 << order[i] for i in range(4) if c >> i & 1)] for c in range(16)])
    assert np.allclose(shapley(shuffled), shapley(values)[order], rtol=0, atol=1e-10)


@given(games(3))
def test_players_that_add_the_same_get_the_same(values: np.ndarray) -> None:
    def swapped(c: int) -> int:
        return (c & 4) | (c & 1) << 1 | (c & 2) >> 1

    symmetric = np.array([0.5 * (values[c] + values[swapped(c)]) for c in range(8)])
    parts = shapley(symmetric)
    assert np.allclose(parts[0], parts[1], rtol=0, atol=1e-10)
