"""What a text file is, found from its bytes: columns, names and encoding of files as people publish them."""

from __future__ import annotations

import pytest


def names_of(report):
    return [each["name"] for each in report.columns]


ONE_COLUMN = {
    "clock": ("start", ["12:30", "13:45", "08:05"]),
    "clock with seconds": ("lap time", ["00:12:30", "00:13:45", "01:08:05"]),
    "words": ("name", ["Anna Bell", "Carl Dorn", "Eva Fink"]),
    "words under two words": ("full name", ["Anna Bell", "Carl Dorn", "Eva Fink"]),
    "addresses": ("url", ["https://a.example/x", "https://b.example/y?a=1&b=2", "https://c.example/z"]),
    "exclamations": ("comment", ["Good!", "Bad!", "So so!"]),
    "phones": ("phone", ["+49 30 1234", "+49 40 5678", "+49 89 9999"]),
    "phones under two words": ("phone number", ["+49 301234", "+49 405678", "+49 899999"]),
    "dates": ("date of birth", ["12 May 1990", "3 June 1985", "30 March 2001"]),
    "times of day": ("seen at", ["2024-01-02 03:04:05", "2024-01-03 04:05:06", "2024-01-04 05:06:07"]),
    "paths": ("path", ["C:\\data\\a b.txt", "C:\\data\\c.txt", "D:\\e f.txt"]),
    "mail": ("mail", ["anna@a.example", "carl@b.example", "eva@c.example"]),
    "JSON": ("payload", ['{"a":1,"b":2}', '{"a":3,"b":4}', '{"a":5,"b":6}']),
    "sentences": ("note", ["Hello, world", "Well, yes, of course", "No", "So, so"]),
    "hosts": ("ip", ["10.0.0.1", "10.0.0.2", "192.168.0.1"]),
    "lists": ("tags", ["a;b", "c;d", "e;f"]),
    "long lists": ("tags", ["a|b|c", "d|e|f", "g|h|i"]),
    "prices": ("price", ["1,50", "2,99", "10,00"]),
    "prices with a unit": ("unit price", ["1,50 EUR", "2,99 EUR", "10,00 EUR"]),
    "tags with a hash": ("tag", ["a#1", "b#2", "c#3"]),
}


@pytest.mark.parametrize(("header", "cells"), ONE_COLUMN.values(), ids=ONE_COLUMN)
def test_values_of_one_column_stay_whole(read, header, cells):
    report, rows = read("\n".join([header, *cells]) + "\n")

    assert names_of(report) == [header]
    assert rows == [[cell] for cell in cells]
    assert report.reject_count == 0


def test_comma_that_comes_late_in_one_column_is_part_of_its_cell(read):
    report, rows = read("note\n" + "fine\n" * 20_000 + "well, yes\n")

    assert report.reject_count == 0
    assert rows[-1] == ["well, yes"]


HEADERS = {
    # file, names, rows
    "a word over numbers is a cell": ("station,level\nA1,offline\nA2,3.2\nA3,3.4\n", ["station", "level"], 3),
    "words over numbers are cells": ("t,p\noffline,offline\n3.2,1.1\n3.4,1.2\n", ["t", "p"], 3),
    "dates": ("place,x,1/22/20,1/23/20\nA,1.5,0,1\nB,2.5,2,3\nC,3.5,4,5\n", ["place", "x", "1/22/20", "1/23/20"], 3),
    "ISO dates": ("place,2020-01-01,2020-01-02\nA,0,1\nB,2,3\n", ["place", "2020-01-01", "2020-01-02"], 2),
    "hours": ("city,0,1,2\nA,1.5,2.5,3.5\nB,2.5,3.5,4.5\n", ["city", "0", "1", "2"], 2),
    "numbers from 0": ("0,1,2\n5,3,9\n4,4,1\n7,2,2\n", ["0", "1", "2"], 3),
    "rows that go on are no names": ("1,2,3\n4,5,6\n7,8,9\n", ["column1", "column2", "column3"], 3),
    "flags": ("id,no,yes\n1,5,6\n2,7,8\n", ["id", "no", "yes"], 2),
    "years": ("geo\t2020 \t2021 \nAT\t12.3 b\t: \nBE\t: \t10.1 \n", ["geo", "2020", "2021"], 2),
    "decimal commas below years": ("Ort;2019;2020\nNord;1,5;2,3\nSüd;3,1;4,4\n", ["Ort", "2019", "2020"], 2),
    "units": ("time,temp\ns,°C\n1,2.5\n2,3.5\n", ["time s", "temp °C"], 2),
    "units in brackets": ("id,temp,p\n,[K],(hPa)\na,2.5,1\nb,3.5,2\n", ["id", "temp [K]", "p (hPa)"], 2),
    "merged cells": (
        ",2019,,2020,\n,cost,sales,cost,sales\nNord,1,2,3,4\nSouth,5,6,7,8\n",
        ["column1", "2019 cost", "sales", "2020 cost", "sales_2"],
        2,
    ),
    "a hash before the names": ("# x y z\n1.0 2.0 3.0\n4.0 5.0 6.0\n", ["x", "y", "z"], 2),
    "tabs within cells": (
        "id,text\n1,a text\n" + "".join(f"{i},{i}\tTown\t{i * 3}\t-71.5\n" for i in range(2, 30)),
        ["id", "text"],
        29,
    ),
    "numbered names over codes": ("q1,q2\na1,b1\na2,b3\na1,b2\n", ["q1", "q2"], 3),
    "codes alone": ("a1,7\na2,8\na3,9\na4,1\n", ["column1", "column2"], 4),
    "a word over counts beside names like codes": ("id,a1\n1,a5\n2,a6\n3,a7\n", ["id", "a1"], 3),
    "a word over counts beside names of one form": (
        "id,lab1,lab2\n1,lab5,lab7\n2,lab6,lab8\n3,lab7,lab9\n",
        ["id", "lab1", "lab2"],
        3,
    ),
    "numbered names over numbered words": (
        "col0,col1,col2\n" + "".join(f"{i},col{i * 3},end{i}\n" for i in range(400)),
        ["col0", "col1", "col2"],
        400,
    ),
    "names that come back beside a sure one": (
        "ID;Q1;Q2\n1;Q5;Q7\n2;Q6;Q8\n3;Q1;Q2\n",
        ["ID", "Q1", "Q2"],
        3,
    ),
    "a flag that is a name beside codes": ("no,a1\n1,a5\n2,a6\n3,a7\n", ["no", "a1"], 3),
    "a frame of one column of counts": (",0\n0,5\n1,6\n2,0\n", ["column1", "0"], 3),
    "a frame of one column below words": (",0\nUlm,5\nBonn,6\n", ["column1", "0"], 2),
    "plain names over codes": ("id,sku,lot\n1,A100,L20\n2,A101,L21\n3,A102,L22\n", ["id", "sku", "lot"], 3),
    "a word that is no number beside codes": ("off,a1\n2.5,a5\n3.5,a6\n4.5,a7\n", ["column1", "column2"], 4),
    "dates over words": (
        "name,2024-01-01,2024-01-02\nAnna,x,\nBert,,x\n",
        ["name", "2024-01-01", "2024-01-02"],
        2,
    ),
    "clocks over words": ("Name,09:00,10:00\nAnna,x,\nBert,,x\n", ["Name", "09:00", "10:00"], 2),
    "German dates over words": (
        "Name;01.01.2024;02.01.2024\nAnna;x;\nBert;;x\n",
        ["Name", "01.01.2024", "02.01.2024"],
        2,
    ),
    "flags over words": ("q,yes,no\nHow,a,b\nWhy,c,d\n", ["q", "yes", "no"], 2),
    "flags over flags are cells": ("Anna,yes,no\nBert,no,yes\n", ["column1", "column2", "column3"], 2),
    "dates over dates are cells": (
        "Anna,2024-01-01,2024-02-01\nBert,,x\nCarl,2024-01-03,y\n",
        ["column1", "column2", "column3"],
        3,
    ),
    "a frame of one column": (",0\n0,1.5\n1,2.5\n2,4.5\n", ["column1", "0"], 3),
    "a frame of words": (",0,1\n0,a,b\n1,c,d\n", ["column1", "0", "1"], 2),
    "a frame of counts": (",0,1\n0,3,4\n1,7,8\n", ["column1", "0", "1"], 2),
    "a frame with words as index": (",0,1\nx,3,4\ny,7,9\n", ["column1", "0", "1"], 2),
    "a matrix": (",1,2,3\n1,0,5,6\n2,5,0,7\n3,6,7,0\n", ["column1", "1", "2", "3"], 3),
    "a matrix with a corner": ("d,70,15,90\n70,0,5,6\n15,5,0,7\n90,6,7,0\n", ["d", "70", "15", "90"], 3),
    "decimals over counts": ("sku,10.5,20.5,30.5\na,1,2,3\nb,4,5,6\n", ["sku", "10.5", "20.5", "30.5"], 2),
    "numbers over decimals": ("sku,11,12,25\na,1.5,2.5,3.5\nb,4.5,5.5,6.5\n", ["sku", "11", "12", "25"], 2),
    "a word over counts beside numbers": ("store,101,102,205\n1,1,2,3\n2,4,5,6\n", ["store", "101", "102", "205"], 2),
    "numbers with digits of their own": (
        "store,101,102,205\nNord,1,2,3\nWest,4,5,6\n",
        ["store", "101", "102", "205"],
        2,
    ),
    "counts below counts are cells": ("Anna,12,30,45\nBert,14,31,40\n", [f"column{i}" for i in range(1, 5)], 2),
    "a missing word before counts": (",5,6\na,3,4\nb,7,9\n", ["column1", "column2", "column3"], 3),
    "a word before decimals": ("off,3.1,4.2\n7,3.2,4.1\n8,3.4,4.5\n", ["column1", "column2", "column3"], 3),
    "the delimiter told": ("sep=;\r\nid;name\r\n1;a\r\n2;b\r\n", ["id", "name"], 2),
    "a space before a quote": ('a,b\n0, "x, y"\n1, "z, w"\n', ["a", "b"], 2),
}


@pytest.mark.parametrize(("content", "names", "rows"), HEADERS.values(), ids=HEADERS)
def test_names_are_told_from_values(read, content, names, rows):
    report, cells = read(content)

    assert names_of(report) == names
    assert len(cells) == rows
    assert report.reject_count == 0


ABOVE = {
    # file, names, rows, lines of rejects, warnings
    "wider rows later": (
        "id,name\n1,A\n2,B\n3,C,x\n4,D,y\n5,E,z\n",
        ["id", "name", "column3"],
        3,
        [2, 3],
        {"renamed_column": 1},
    ),
    "wider words later": (
        "name,city\nA,R\nB,S\nC,T,x\nD,U,y\nE,V,z\n",
        ["name", "city", "column3"],
        3,
        [2, 3],
        {"renamed_column": 1},
    ),
    "a gap behind pairs": (
        "At: A\nN: 1, E: 2\n\nday,t\n2024-01-01,1.5\n2024-01-02,2.5\n",
        ["day", "t"],
        2,
        [2],
        {"title_line": 1},
    ),
    "a table above": ("id,name\n1,A\n2,B\na,b,c\n3,4,5\n6,7,8\n9,1,2\n", ["a", "b", "c"], 3, [1, 2, 3], {}),
    "titles": ("Report\nof 2024\n\na,b,c\n1,2,3\n", ["a", "b", "c"], 1, [], {"title_line": 2}),
    "padded titles": ("Report,,\n,,\na,b,c\n1,2,3\n4,5,6\n", ["a", "b", "c"], 2, [], {"title_line": 2}),
    "padded pairs": (
        "Report:,Q1,,\nAuthor:,Anna,,\nid,name,qty,price\n1,a,2,3.5\n2,b,3,4.5\n",
        ["id", "name", "qty", "price"],
        2,
        [1, 2],
        {},
    ),
    "one padded pair": ("Report:,Q1,,\nid,name,qty,price\n1,a,2,3.5\n", ["id", "name", "qty", "price"], 1, [1], {}),
    "padded pairs without colons": (
        "Report;Q1;;\nBy;Anna;;\n;;;\nid;name;qty;price\n1;a;2;3,5\n",
        ["id", "name", "qty", "price"],
        1,
        [1, 2],
        {"title_line": 1},
    ),
    "padded pairs above words": (
        "Report:,Q1,\nAuthor:,Anna,\nname,note,city\nx,a,Ulm\ny,b,Bonn\n",
        ["name", "note", "city"],
        2,
        [1, 2],
        {},
    ),
    "rows with fields left empty": (
        "name,city,note,x\nA,R,,\nB,S,,\nC,T,u,v\n",
        ["name", "city", "note", "x"],
        3,
        [],
        {},
    ),
    "names twice": ("id,name\nid,name\n1,a\n2,b\n", ["id", "name"], 2, [2], {}),
    "names three times": ("id,name\nid,name\nid,name\n1,a\n2,b\n", ["id", "name"], 2, [2, 3], {}),
    "keys": ("by: me\nfor: you\na,b,c\n1,2,3\n", ["a", "b", "c"], 1, [], {"title_line": 2}),
    "pairs": ("by,me\nfor,you\na,b,c\n1,2,3\n4,5,6\n", ["a", "b", "c"], 2, [1, 2], {}),
    "comments": ("# by me\n# x, y\na,b\n1,2\n# end\n", ["a", "b"], 1, [], {"comment_line": 3}),
    "comments with percent signs": ("% by me\n% x, y\na,b\n1,2\n% end\n", ["a", "b"], 1, [], {"comment_line": 3}),
    "comments with slashes": ("// by me, here\na,b\n1,2\n// x, y, z\n3,4\n", ["a", "b"], 2, [], {"comment_line": 2}),
    "percentages and paths": ("a,b\nx,y\n%5,1,2\n//host/share/x,1,2\nz,w\n", ["a", "b"], 2, [3, 4], {}),
    "the delimiter told in capitals": ("SEP=|\nid|name\n1|a\n2|b\n", ["id", "name"], 2, [], {"delimiter_line": 1}),
}


@pytest.mark.parametrize(("content", "names", "rows", "rejects", "warnings"), ABOVE.values(), ids=ABOVE)
def test_what_stands_above_a_table_is_told(read, content, names, rows, rejects, warnings):
    report, cells = read(content)

    assert names_of(report) == names
    assert len(cells) == rows
    assert [each.line for each in report.rejects] == rejects
    assert {each["code"]: each["count"] for each in report.warnings} == warnings
