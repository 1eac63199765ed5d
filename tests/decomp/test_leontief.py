"""Inverses: agreement with LAPACK, textbook numbers, and refusals that name the sector."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from decomp import leontief
from decomp.errors import SingularTableError
from decomp.leontief import (
    input_coefficients,
    leontief_inverse,
    local_inverses,
    productive_inverse,
    split_inverse,
    value_added_coefficients,
)


def productive(n: int, seed: int, column_sum: float = 0.8) -> np.ndarray:
    A = np.random.default_rng(seed).random((n, n))
    return A / A.sum(axis=0) * column_sum


def test_miller_and_blair_two_sectors():
    """Miller & Blair (2009), section 2.3: A = [[.15, .25], [.20, .05]], L = [[1.2541, .3300], [.2640, 1.1221]]."""
    found = leontief_inverse(np.array([[0.15, 0.25], [0.20, 0.05]]))
    np.testing.assert_allclose(found, [[1.2541, 0.3300], [0.2640, 1.1221]], atol=5e-5)


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 130, 257, 400])
def test_split_inverse_equals_lapack(n):
    A = productive(n, n)
    np.testing.assert_allclose(leontief_inverse(A), np.linalg.inv(np.eye(n) - A), atol=1e-12)


@given(st.integers(1, 150), st.integers(0, 1000), st.floats(0.0, 0.999))
def test_inverse_times_matrix_is_identity(n, seed, column_sum):
    A = productive(n, seed, column_sum)
    B = leontief_inverse(A)
    np.testing.assert_allclose((np.eye(n) - A) @ B, np.eye(n), atol=1e-10)
    assert (B >= -1e-12).all()


def test_input_is_not_changed():
    A = productive(100, 1)
    before = A.copy()
    leontief_inverse(A)
    np.testing.assert_array_equal(A, before)


def test_matrix_that_needs_pivoting_still_inverts():
    """A zero leading block stops elimination without pivoting; the pivoted route must take over, exactly."""
    n = 2 * leontief.SMALLEST_SPLIT
    M = np.kron(np.array([[0.0, 1.0], [1.0, 0.0]]), np.eye(n // 2))
    with pytest.raises(np.linalg.LinAlgError):
        split_inverse(M.copy())
    np.testing.assert_allclose(productive_inverse(lambda: M.copy()), M, atol=1e-14)


def test_unstable_elimination_is_noticed_by_the_probes(monkeypatch):
    """If the fast route returned nonsense, the probes would see it and LAPACK would decide."""
    A = productive(130, 2)

    def damaged(M):
        split_inverse(M)
        if len(M) == 130:  # the whole, not one of the blocks it calls itself for
            M[7, 100] += 1e-6

    monkeypatch.setattr(leontief, "split_inverse", damaged)
    np.testing.assert_allclose(leontief_inverse(A), np.linalg.inv(np.eye(130) - A), atol=1e-12)


def test_negative_coefficients_are_allowed_when_the_inverse_exists():
    """Inventory-like negative flows: B may have negative entries; that is no sign of a non-productive economy."""
    A = np.array([[0.2, -0.3], [0.4, 0.1]])
    np.testing.assert_allclose(leontief_inverse(A), np.linalg.inv(np.eye(2) - A))


def test_exactly_singular():
    with pytest.raises(
        SingularTableError, match=r"KOR c2 uses inputs worth 1 per unit of its output.*eigenvalue of A 1\."
    ):
        leontief_inverse(np.array([[0.3, 0.0], [0.0, 1.0]]), ["KOR c1", "KOR c2"].__getitem__)


def test_numerically_singular_is_singular():
    """Multipliers of 1e12 are noise, not economics."""
    with pytest.raises(SingularTableError, match="no productive inverse"):
        leontief_inverse(np.array([[1.0 - 1e-12]]))


def test_non_productive_loop_is_blamed_not_its_suppliers():
    """Sector 0 has the largest column sum, but sells nothing to itself; the loop is sectors 1 and 2."""
    A = np.array([[0.0, 0.0, 0.0], [0.9, 0.2, 0.9], [0.9, 0.95, 0.2]])
    with pytest.raises(SingularTableError, match=r"sector 1 \(flat index\) uses inputs worth 1\.15"):
        leontief_inverse(A)


def test_goods_that_go_to_and_fro():
    """A two-cycle has eigenvalues ±√(2 · 0.9): plain power iteration would not settle."""
    with pytest.raises(SingularTableError, match=r"sector 1 .* worth 2 per unit .* eigenvalue of A 1\.34164"):
        leontief_inverse(np.array([[0.0, 2.0], [0.9, 0.0]]))


@pytest.mark.parametrize("n", [3, 200])
def test_non_productive_of_any_size(n):
    with pytest.raises(SingularTableError, match=r"dominant eigenvalue of A 1\.1"):
        leontief_inverse(productive(n, 3, 1.1))


def test_local_inverse_of_each_economy():
    A = productive(6, 4)
    blocks = np.stack([A[:3, :3], A[3:, 3:]])
    found = local_inverses(blocks, 2, 3)
    for block, inverse in zip(blocks, found, strict=True):
        np.testing.assert_allclose(inverse @ (np.eye(3) - block), np.eye(3), atol=1e-12)


def test_singular_local_block_names_the_sector():
    blocks = np.stack([np.diag([0.1, 0.2]), np.diag([0.3, 1.0])])
    with pytest.raises(SingularTableError, match="FOR b uses inputs worth 1 per unit"):
        local_inverses(blocks, 2, 2, ["HOM a", "HOM b", "FOR a", "FOR b"].__getitem__)


def test_coefficients_of_a_zero_output_sector_are_zero():
    Z, X = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([4.0, -1.0])
    np.testing.assert_array_equal(input_coefficients(Z, X), [[0.25, 0.0], [0.25, 0.0]])
    np.testing.assert_array_equal(value_added_coefficients(Z, X), [0.5, 1.0])
