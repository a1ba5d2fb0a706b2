from __future__ import annotations

import pytest

from parquay.columns.names import NAME_LIMIT, Naming, folded, renamed, unique_names


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["id", "ID", "Id"], ["id", "ID_2", "Id_3"]),
        (["straße", "STRASSE"], ["straße", "STRASSE_2"]),
        (["é", "e\u0301"], ["é", "e\u0301_2"]),
        (["", "a", " "], ["column1", "a", "column3"]),
        ([".", "..", "...", ".a"], ["column1", "column2", "...", ".a"]),
        (["column2", ""], ["column2", "column2_2"]),
        (["a", "a", "a_2"], ["a", "a_3", "a_2"]),
        (
            ["_rid", "_RID", "file_index", "File_Row_Number", "__proto__"],
            ["_rid_2", "_RID_3", "file_index_2", "File_Row_Number_2", "__proto___2"],
        ),
        (["a\nb", "c\u2028d", "\0", "\x85", "e\ud800"], ["a b", "c d", "column3", "column4", "e"]),
        (["\ufeffid", "a\u202eb"], ["id", "a b"]),
    ],
)
def test_names_are_unique_and_safe(wanted, names):
    assert unique_names(wanted) == tuple(names)


def test_long_names_are_cut_and_stay_unique():
    names = unique_names(["x" * 1000, "x" * 2000])

    assert names == ("x" * NAME_LIMIT, "x" * NAME_LIMIT + "_2")


def test_each_name_that_is_another_is_told():
    wanted = ["id", "ID", " x ", ""]

    assert renamed(wanted, unique_names(wanted)) == ["'ID' is called 'ID_2'", "'' is called 'column4'"]


def test_keys_get_names_in_the_order_in_which_they_are_met():
    naming = Naming()

    met = [naming.name(*each) for each in [("a", 1), ("A", 1), ("a", 2), ("A_2", 1), ("_rid", 1), ("a", 2)]]

    assert [name for name, _ in met] == ["a", "A_2", "a_3", "A_2_2", "_rid_2", "a_3"]
    assert [first for _, first in met] == [True] * 5 + [False]
    assert len({folded(name) for name, _ in met}) == 5


def test_naming_goes_on_where_it_was():
    naming = Naming()
    for key in ("a", "A", "_rid"):
        naming.name(key)

    again = Naming(["a", "A_2", "_rid_2"], [("A", 1, "A_2"), ("_rid", 1, "_rid_2")])

    assert [again.name(key) for key in ("a", "A", "_rid", "A_2")] == [
        ("a", False), ("A_2", False), ("_rid_2", False), ("A_2_2", True),
    ]  # fmt: skip
