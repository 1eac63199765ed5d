"""What is known of 2022: OECD's intermediate flows, two older tables, and single facts of national accounts and TiVA.

``icio2022_inputs.npz`` holds the intermediate flows among 80 economies × 36 sectors (OECD ICIO, 2025 edition, exact), outputs, the
coarse table of 2020 (2023 edition, 77 × 11) and WIOD of 2011. ``decomp/data/estimate/facts-2022.csv`` holds the facts, each
with its source and status.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from decomp.estimate.method import Array, Fact, Known, fine_shares
from decomp.io.files import existing, reading
from decomp.names import data_rows

YEAR = 2022
INPUTS, COARSE = "icio2022_inputs.npz", "icio2023_2020_77x11.npz"
ROW = "ROW"
#: Economies that were inside ROW in 2020, those whose pattern stands for ROW's, and the members of the OECD.
NEW, _PROXIES, OECD = (tuple(row["economies"].split()) for row in data_rows("estimate", "sets.csv"))
#: WIOD writes Romania its own way.
_WIOD = {"ROM": "ROU", "RoW": ROW}


class Inputs:
    """The arrays of the folder with inputs, and the facts."""

    def __init__(self, folder: str | Path) -> None:
        """Read both files; DataMissingError or FormatError name the one that is absent or another."""
        self.arrays = _arrays(Path(folder) / INPUTS)
        self.coarse = _arrays(Path(folder) / COARSE)
        self.economies = [str(e) for e in self.arrays["economies"]]
        self.sectors = [str(s) for s in self.arrays["sectors"]]
        self.industries = [str(s).split(";") for s in self.arrays["sector_icio50"]]

    def known(self, *, facts: bool = True) -> Known:
        """Return what the method needs; without facts for comparison."""
        a, S = self.arrays, len(self.economies)
        Z = a["Z"].astype(float)
        coarse = a["sector_icio11"].astype(np.int64)
        flows = Z.reshape(S, len(coarse), S, len(coarse))
        sold = flows.sum(axis=3)
        earlier = self._earlier(sold)
        proxies = self.positions(_PROXIES)
        output = a["output"].reshape(S, -1)
        size = np.vstack([output, output[proxies].sum(axis=0)])
        wiod = [_WIOD.get(str(e), str(e)) for e in a["wiod2011_economies"]]
        places = [wiod.index(e) if e in wiod else len(wiod) - 1 for e in (*self.economies, ROW)]
        sectors = [[int(c[1:]) - 1 for c in str(s).split(";")] for s in a["sector_wiod"]]
        shares = [
            fine_shares(a[f"wiod2011_{use}"].astype(float), sectors, places, size, coarse)
            for use in ("final", "intermediate")
        ]
        exports, imports = values("exports"), values("imports")
        return Known(
            Z=Z,
            output=a["output"].astype(float),
            coarse=coarse,
            earlier_final=earlier[0],
            earlier_intermediate=earlier[1],
            earlier_home=a["icio2020_row_home"].astype(float),
            final_shares=shares[0],
            intermediate_shares=shares[1],
            proxies=proxies,
            row_value_added=1e3 * values("value added")[ROW] / (1.0 - self.taxes()[-1]),
            balances=np.array([1e3 * (exports[e] - imports[e]) if e in exports else np.nan for e in self.economies]),
            facts=tuple(self._facts(sold)) if facts else (),
        )

    def positions(self, labels: Iterable[str]) -> np.ndarray:
        """Positions of economies."""
        return np.array([self.economies.index(label) for label in labels])

    def taxes(self) -> Array:
        """Net taxes on inputs as a share of what is left of a column in 2020, by economy, ROW last: they are part of our value added."""
        c = self.coarse
        labels = [str(e) for e in c["economies"]]
        taxes, value_added = (
            c[f"published_{row}"].reshape(len(labels), -1).sum(axis=1) for row in ("taxes", "value_added")
        )
        share = dict(zip(labels, taxes / (taxes + value_added), strict=True))
        return np.array([share.get(e, share[ROW]) for e in (*self.economies, ROW)])

    def _earlier(self, sold: Array) -> list[Array]:
        """Coarse flows of 2020 in the order of the economies of 2022, (S+1, K, S+1): ROW is divided among its part and the new ones.

        A part sells and buys in proportion to its trade in intermediates in 2022, taken back to 2020 by the growth of that of the named.
        """
        labels = [str(e) for e in self.arrays["icio2020_economies"]]
        last, inside = len(labels) - 1, np.array([e in NEW for e in self.economies])
        places = [labels.index(e) if e in labels else last for e in (*self.economies, ROW)]
        flows = [self.arrays[f"icio2020_{use}"].astype(float) for use in ("final", "intermediate")]
        now, before = sold.sum(axis=1), flows[1].sum(axis=1)
        home, home_before = np.diag(now), before[last, last]
        growth = (now.sum() - home.sum()) / (before[:last, :last].sum() - np.trace(before[:last, :last]))

        def parts(new: Array, whole: float) -> Array:
            share = np.where(inside, new / whole, 0.0)
            return np.append(share, 1.0 - share.sum())

        sells = parts((now.sum(axis=1) - home) / growth, before[last].sum() - home_before)
        buys = parts((now.sum(axis=0) - home) / growth, before[:, last].sum() - home_before)
        blocks = parts(home, home_before)
        members = np.flatnonzero(np.append(inside, True))
        result = []
        for array in flows:
            out = array[places][:, :, places]
            of_row = array[last, :, :last].sum(axis=1)  # what ROW sells abroad, by sector
            trade = array.sum(axis=1) * (1.0 - np.eye(len(labels)))
            reach = trade[:last, last].sum() / trade[:last].sum()  # the part of trade that goes to ROW
            out[members] *= sells[members, None, None]
            out[:, :, members] *= buys[members]
            for s in members:
                for r in members:  # the coarse table has these inside ROW's home block
                    out[s, :, r] = array[last, :, last] * blocks[s] if s == r else of_row * sells[s] * reach * buys[r]
            result.append(out)
        return result

    def _facts(self, sold: Array) -> Iterable[Fact]:
        """Final exports to the OECD of ten Asian economies; final exports and inputs sold to ROW of electronics (TiVA)."""
        oecd, S = self.positions(OECD), len(self.economies)
        every = np.arange(len(self.sectors))
        for economy, value in values("final exports", "OECD").items():
            s = self.economies.index(economy)
            yield Fact(s, every, oecd[oecd != s], 1e3 * value)
        total, inputs = (values(name, activity="C26") for name in ("exports", "intermediate exports"))
        electronics = np.array([self.sectors.index("C26")])
        for economy, value in total.items():
            s = self.economies.index(economy)
            named = sold[s, electronics[0]].sum() - sold[s, electronics[0], s]
            buyers = np.array([r for r in range(S + 1) if r != s])
            yield Fact(s, electronics, buyers, 1e3 * (value - inputs[economy]))
            yield Fact(s, electronics, np.array([S + 1]), 1e3 * inputs[economy] - named)


def values(indicator: str, counterpart: str = "W", *, activity: str = "_T") -> dict[str, float]:
    """Return the facts of an indicator by economy, billion USD or % as the file says."""
    key = (indicator, activity, counterpart)
    rows = data_rows("estimate", "facts-2022.csv")
    return {r["economy"]: float(r["value"]) for r in rows if (r["indicator"], r["activity"], r["counterpart"]) == key}


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """Arrays of an npz file."""
    hint = f"; the inputs of the estimate are {INPUTS} and {COARSE}"
    with reading(path, "npz file"), np.load(existing(path, hint=hint), allow_pickle=False) as archive:
        return dict(archive)
