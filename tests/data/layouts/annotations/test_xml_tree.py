"""XML from strangers."""

import time

import pytest

from medapp.data.layouts.annotations.xml_tree import parse_xml
from medapp.errors import DataError

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY a "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
]><annotation><filename>&e;</filename></annotation>"""


def test_a_tree_of_names_and_texts() -> None:
    root = parse_xml("a.xml", b"<a><b> one </b><b><c>two</c></b></a>")
    assert (root.name, root.read("b"), len(root.list_named("b"))) == ("a", "one", 2)
    assert root.list_named("b")[1].read("c") == "two"
    assert root.read("none", "of", "these") == ""


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><a/>',
    ],
    ids=["billion laughs", "a file", "a page"],
)
def test_a_declared_entity_is_refused_at_once(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(DataError, match=r"a\.xml declares entities, which is not read"):
        parse_xml("a.xml", text.encode())
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "content",
    [b"", b"<a>", b"no xml", b"<a></b>", b"\x00\x01", b'<?xml version="1.0" encoding="no"?><a/>'],
)
def test_what_is_no_xml_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match=r"a\.xml is no XML"):
        parse_xml("a.xml", content)


@pytest.mark.parametrize("content", [b"<a>" * 50, b"<a>" + b"<b/>" * 100_001 + b"</a>"])
def test_what_is_too_deep_or_too_large_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match="more than"):
        parse_xml("a.xml", content)


def test_another_encoding_is_read() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?><a>Zyste</a>'.encode("utf-16")
    assert parse_xml("a.xml", text).text == "Zyste"
