"""How a text file's letters are written: UTF-8, or UTF-16 as Excel's "Unicode text" has it."""

_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_SHARE = 0.4  # of every other byte, that is 0 in UTF-16 of western languages


def find_encoding(content: bytes) -> str:
    """The encoding that a file's first bytes show; "utf-8" where they show none."""
    marked = next((e for mark, e in _MARKS.items() if content.startswith(mark)), "")
    if marked:
        return marked
    seconds, firsts = content[1:400:2], content[:400:2]
    if seconds.count(0) > _SHARE * len(seconds):
        return "utf-16-le"
    return "utf-16-be" if firsts.count(0) > _SHARE * len(firsts) else "utf-8"


def decode_text(content: bytes) -> str:
    """A text of few and plain words, such as a list; what is no letter is replaced."""
    return content.decode(find_encoding(content), "replace")
