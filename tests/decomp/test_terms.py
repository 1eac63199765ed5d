"""The registry: complete, consistent, and the source of every label."""

from __future__ import annotations

import pytest

from decomp import LabelError
from decomp.terms import GROUP_BY_CODE, GROUPS, PARTITION, TERM_CODES, TERMS, label, rows_of


def test_sixteen_terms_in_order():
    assert [term.number for term in TERMS] == list(range(1, 17))
    assert " ".join(TERM_CODES) == (
        "DVA_FIN DVA_INT DVA_INTrexI1 DVA_INTrexF DVA_INTrexI2 RDV_FIN RDV_FIN2 RDV_INT DDC_FIN DDC_INT "
        "MVA_FIN MVA_INT MDC OVA_FIN OVA_INT ODC"
    )


def test_groups_are_those_of_the_design():
    expected = {
        "DVA": (1, 2, 3, 4, 5, 6, 7, 8),
        "RDV": (6, 7, 8),
        "DDC": (9, 10),
        "MVA": (11, 12),
        "OVA": (14, 15),
        "FVA_FIN": (11, 14),
        "FVA_INT": (12, 15),
        "FDC": (13, 16),
        "PDC": (9, 10, 13, 16),
    }
    assert {code: GROUP_BY_CODE[code].terms for code in expected} == expected


def test_partition_holds_every_term_once():
    assert sorted(row for code in PARTITION for row in rows_of(code)) == list(range(16))


def test_each_term_belongs_to_the_group_it_names():
    for term in TERMS:
        assert term.number in GROUP_BY_CODE[term.group].terms


def test_labels_exist_in_both_languages_and_differ():
    for item in (*TERMS, *GROUPS):
        assert not any("一" <= letter <= "鿿" for letter in item.label_en)
        assert any("一" <= letter <= "鿿" for letter in item.label_zh)
    assert len({term.label_zh for term in TERMS}) == len({term.label_en for term in TERMS}) == 16


def test_label_look_up():
    assert label("MDC", "zh") == "直接进口国增加值的重复计算"
    assert label("OVA") == "Third countries' value added"
    assert GROUP_BY_CODE["FDC"].equation == "T13 + T16"


def test_unknown_code_suggests():
    with pytest.raises(LabelError, match="unknown term or group 'DVA_FIM'; did you mean 'DVA_FIN'"):
        rows_of("DVA_FIM")
