"""Tables small enough to solve by hand; the arithmetic stands beside the numbers."""

from __future__ import annotations

import numpy as np
import pytest

from decomp import toy, vs_structure, wwz
from decomp.alternatives import borin_mancini
from decomp.indicators import downstreamness, interdependence, upstreamness
from decomp.structure import dva_by_use


class TestTwoByTwo:
    """toy.two_by_two, order HOM parts, HOM goods, FOR parts, FOR goods (1, 2, 3, 4).

    X = (24, 12, 12, 24), so the only non-zero coefficients are
        a14 = 12/24 = 1/2,  a41 = 12/24 = 1/2  (the loop),  a21 = 6/24 = 1/4,  a34 = 6/24 = 1/4.
    V = (1 − 1/4 − 1/2, 1, 1, 1 − 1/2 − 1/4) = (1/4, 1, 1, 1/4).
    On the loop {1, 4}: [[1, −1/2], [−1/2, 1]]⁻¹ = 4/3 [[1, 1/2], [1/2, 1]], so b11 = b44 = 4/3, b14 = b41 = 2/3.
    Rows 2 and 3 feed the loop: b21 = 1/4 · 4/3 = 1/3, b24 = 1/4 · 2/3 = 1/6, b34 = 1/3, b31 = 1/6; b22 = b33 = 1.
    """

    B = np.array(
        [
            [4 / 3, 0, 0, 2 / 3],
            [1 / 3, 1, 0, 1 / 6],
            [1 / 6, 0, 1, 1 / 3],
            [2 / 3, 0, 0, 4 / 3],
        ]
    )

    def test_inverse(self):
        np.testing.assert_allclose(wwz(toy.two_by_two()).B, self.B, atol=1e-15)

    def test_value_added_coefficients(self):
        np.testing.assert_array_equal(toy.two_by_two().V, [0.25, 1.0, 1.0, 0.25])

    def test_local_inverse(self):
        """A_HH has only a21, so L_HH = I + A_HH; A_FF has only a34 (parts from goods: upper right)."""
        L = wwz(toy.two_by_two()).L
        np.testing.assert_allclose(L[0], [[1, 0], [0.25, 1]])
        np.testing.assert_allclose(L[1], [[1, 0.25], [0, 1]])

    def test_sixteen_terms_of_home_parts(self):
        """Exports of HOM parts to FOR: 12 of inputs + 6 of final goods = 18.

        V_H B_HH = (1/4 · 4/3 + 1/3, 1) = (2/3, 1);  V_H L_HH = (1/4 + 1/4, 1) = (1/2, 1);  V_F B_FH = (1/6 + 1/4 · 2/3, 0) = (1/3, 0).
        A_HF v picks half of FOR goods: A_HF (v3, v4) = (v4/2, 0).
        T1  2/3 · Y_HF = 2/3 · 6 = 4
        T2  B_FF Y_FF = (4 + 9/3, 9 · 4/3) = (7, 12);  1/2 · (12/2) = 3
        T6  B_FF Y_FH = (2 + 3/3, 3 · 4/3) = (3, 4);   1/2 · (4/2) = 1
        T8  B_FH Y_HH = (6/6, 6 · 2/3) = (1, 4);       1/2 · (4/2) = 1
        T9  B_FH Y_HF = (6/6, 6 · 2/3) = (1, 4);       1/2 · (4/2) = 1
        T10 (2/3 − 1/2) · 12 = 2
        T11 1/3 · 6 = 2
        T12 L_FF Y_FF = (4 + 9/4, 9);  1/3 · (9/2) = 3/2
        T13 E_F = (2, 3 + 12);  L_FF E_F = (…, 15);  1/3 · (15/2) = 5/2
        Without a third country T3, T4, T5, T7, T14, T15, T16 are empty. Sum 4+3+1+1+1+2+2+3/2+5/2 = 18.
        """
        T = wwz(toy.two_by_two()).terms[:, 0, 0, 1]
        np.testing.assert_allclose(T, [4, 3, 0, 0, 0, 1, 0, 1, 1, 2, 2, 1.5, 2.5, 0, 0, 0], atol=1e-14)

    def test_sixteen_terms_of_home_goods(self):
        """HOM goods leave only as 1 of final goods and hold only home value: T1 = 1 · 1."""
        T = wwz(toy.two_by_two()).terms[:, 0, 1, 1]
        np.testing.assert_allclose(T, [1] + 15 * [0], atol=1e-14)

    def test_sixteen_terms_of_foreign_goods(self):
        """Exports of FOR goods to HOM: 12 + 3 = 15.

        V_F B_FF = (1, 1/3 + 1/4 · 4/3) = (1, 2/3);  V_F L_FF = (1, 1/4 + 1/4) = (1, 1/2);  V_H B_HF = (0, 1/4 · 2/3 + 1/6) = (0, 1/3).
        A_FH (v1, v2) = (0, v1/2).
        T1 2/3 · 3 = 2;  T2 B_HH Y_HH: v1 = 6 · 4/3 = 8, 1/2 · 4 = 2;  T6 B_HH Y_HF: v1 = 6 · 4/3 = 8, 1/2 · 4 = 2
        T8 B_HF Y_FF: v1 = 9 · 2/3 = 6, 1/2 · 3 = 3/2;  T9 B_HF Y_FH: v1 = 3 · 2/3 = 2, 1/2 · 1 = 1/2;  T10 1/6 · 12 = 2
        T11 1/3 · 3 = 1;  T12 L_HH Y_HH: v1 = 6, 1/3 · 3 = 1;  T13 E_H = (18, 1): v1 = 18, 1/3 · 9 = 3
        Sum 2+2+2+3/2+1/2+2+1+1+3 = 15.
        """
        T = wwz(toy.two_by_two()).terms[:, 1, 1, 0]
        np.testing.assert_allclose(T, [2, 2, 0, 0, 0, 2, 0, 1.5, 0.5, 2, 1, 1, 3, 0, 0, 0], atol=1e-14)

    def test_vertical_specialisation_both_ways(self):
        """HOM: E = 19, DVA = 4+3+1+1+1 = 10, DDC = 1+2 = 3, foreign content = 2+3/2+5/2 = 6."""
        d = wwz(toy.two_by_two())
        paper = vs_structure(d, "HOM", "FOR", definition="one-minus-dva")
        assert paper.vs_share == pytest.approx(100 * 9 / 19)
        assert (paper.mva, paper.fdc, paper.ddc) == pytest.approx((350 / 9, 250 / 9, 300 / 9))
        strict = vs_structure(d, "HOM", "FOR", definition="foreign-content")
        assert strict.vs_share == pytest.approx(100 * 6 / 19)
        assert (strict.mva, strict.ova, strict.fdc, strict.ddc) == pytest.approx((350 / 6, 0, 250 / 6, 0))

    def test_domestic_value_added_by_use(self):
        use = dva_by_use(wwz(toy.two_by_two()), "HOM", "FOR")
        assert (use.dva, use.dva_fin, use.dva_int, use.dva_intrex, use.rdv) == pytest.approx((10, 5, 3, 0, 2))

    def test_value_added_absorbed(self):
        """W[H, F] = V_H (B_HH Y_HF + B_HF Y_FF) = (2/3 · 6 + 1) + 1/3 · 9 = 8 = T1 + T2 of both sectors (5 + 3)."""
        W = wwz(toy.two_by_two()).absorption
        # W[H, H] = 2/3 · 6 + 5 + 1/3 · 3 = 10; W[F, H] = 1/3 · 6 + 2 + 2/3 · 3 = 6; W[F, F] = 1/3 · 6 + 4 + 2/3 · 9 = 12
        np.testing.assert_allclose(W, [[10, 8], [6, 12]])
        assert interdependence(W) == pytest.approx(14 / 36)

    def test_position(self):
        """U = X̂⁻¹ B X: sector 2 sells 6 of 12 to sector 1, U_2 = 1 + 1/2 U_1; U_1 = 1 + 1/2 U_4; U_4 = 1 + 1/2 U_1, so U_1 = U_4 = 2."""
        t = toy.two_by_two()
        np.testing.assert_allclose(upstreamness(self.B, t.X), [2, 2, 2, 2])
        # D = u B: columns 4/3 + 1/3 + 1/6 + 2/3 = 5/2, and 1 where no inputs are used.
        np.testing.assert_allclose(downstreamness(self.B, t.X), [2.5, 1, 1, 2.5])

    def test_borin_mancini(self):
        """Exports of HOM parts to FOR, 18 of the total E_H = (18, 1).

        B^{H̸} has A_HF = 0, so the loop is cut: B^{H̸}_FH = L_FF A_FH L_HH; V_F L_FF = (1, 1/2), A_FH sends sector 1 to 1/2 of
        FOR goods: V_F B^{H̸}_FH = (1/4, 0). Source: DVA = V_H L_HH E = 1/2 · 18 = 9, FVA = 1/4 · 18 = 9/2,
        DDC = (2/3 − 1/2) · 18 = 3, FDC = (1/3 − 1/4) · 18 = 3/2. Sum 18.
        With one partner sink and source must agree: D = A_HF B^{H̸}_FH E_H = 1/2 · 1/2 · 18 = 9/2; DVA = 2/3 · (18 − 9/2) = 9.
        WWZ's foreign value added is 2 + 3/2 = 7/2 and its foreign double counting 5/2: another border is watched.
        """
        d = wwz(toy.two_by_two())
        for approach in ("source", "sink"):
            bm = borin_mancini(d, approach)
            found = [part[0, 0, 1] for part in (bm.dva, bm.ddc, bm.fva, bm.fdc)]
            np.testing.assert_allclose(found, [9, 3, 4.5, 1.5])
        assert d.group("FVA")[0, 0, 1] == pytest.approx(3.5)
        assert d.group("FDC")[0, 0, 1] == pytest.approx(2.5)


class TestChain:
    """toy.chain: designs (USA, 20) → parts (JPN, +30) → phones (CHN, +50) → final demand of 100 in the USA."""

    def test_each_export_is_one_or_two_terms(self):
        T = wwz(toy.chain()).terms[:, :, 0, :]
        usa_jpn, jpn_chn, chn_usa = T[:, 0, 1], T[:, 1, 2], T[:, 2, 0]
        assert usa_jpn[6] == pytest.approx(20) == usa_jpn.sum()  # T7: returns in final goods of the third country
        assert jpn_chn[3] == pytest.approx(30)  # T4: CHN re-exports it in a final good
        assert jpn_chn[15] == pytest.approx(20)  # T16: USA's value, counted again in CHN's exports
        assert chn_usa[0] == pytest.approx(50)  # T1
        assert chn_usa[10] == pytest.approx(20)  # T11: the direct importer's own value
        assert chn_usa[13] == pytest.approx(30)  # T14: the third country's
        assert T.sum() == pytest.approx(20 + 50 + 100)

    def test_source_and_sink_count_the_same_value_once(self):
        """Nothing passes an exporter twice, so Borin–Mancini find no double counting although WWZ do (T16 = 20)."""
        d = wwz(toy.chain())
        for approach in ("source", "sink"):
            bm = borin_mancini(d, approach)
            np.testing.assert_allclose(bm.fdc, 0, atol=1e-13)
            np.testing.assert_allclose(bm.ddc, 0, atol=1e-13)
            assert bm.fva[1, 0, 2] == pytest.approx(20)
        assert d.group("FDC")[1, 0, 2] == pytest.approx(20)
