"""Names in a zip as text, where the zip does not say in which encoding they are.

The standard (APPNOTE.TXT 6.3.10, appendix D) knows code page 437 and UTF-8; what packs zips in
Asia writes GBK or code page 932 and says nothing. Whichever of them makes most characters common
ones is taken, and said.
"""

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Sequence

_IS_UTF8 = 0x800  # flag bit 11
_UNICODE_PATH = 0x7075  # extra field of Info-ZIP
_SURE = 0.8  # share of common characters, of those that are not ASCII
_CLEARER = 0.15  # by which the share must exceed that of the other encoding


def decode_names(infos: Sequence[zipfile.ZipInfo]) -> tuple[list[str], str]:
    """The names of entries as text, and a sentence on their encoding; "" where it is plain."""
    raw = [_find_raw(info) for info in infos]
    unknown = [name for name in raw if isinstance(name, bytes)]
    foreign = [name for name in unknown if not name.isascii()]
    encoding = _find_encoding(foreign)
    names = [n if isinstance(n, str) else n.decode(encoding, "replace") for n in raw]
    if not foreign or encoding == "utf-8":
        return names, ""
    example = foreign[0].decode(encoding, "replace")
    named = {"gbk": "GBK", "cp932": "code page 932", "cp437": "code page 437"}[encoding]
    sentence = f"The zip does not say how its names are written; they are read as {named}"
    check = f", such as {example[:60]!r}."
    if encoding == "cp437":
        check += " If they look wrong, pack the folder again with UTF-8 names."
    return names, sentence + check


def _find_raw(info: zipfile.ZipInfo) -> str | bytes:
    """A name as text where the zip says how it is written, else its bytes."""
    if info.flag_bits & _IS_UTF8:
        return info.orig_filename.partition("\0")[0]
    raw = info.orig_filename.encode("cp437").partition(b"\0")[0]
    return _find_unicode_path(info.extra, raw) or raw


def _find_unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The UTF-8 name of Info-ZIP's extra field, if it belongs to this name."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1:
            is_its_own = struct.unpack("<L", field[1:5])[0] == zlib.crc32(raw)
            return field[5:].decode("utf-8", "replace") if is_its_own else None
    return None


def _find_encoding(names: Sequence[bytes]) -> str:
    if _decodes(names, "utf-8"):
        return "utf-8"
    # In Asian encodings some bytes are no letters of code page 437 but parts of frames.
    western = {char for name in names for char in name.decode("cp437") if ord(char) > 127}
    if all(unicodedata.name(char).startswith("LATIN") for char in western):
        return "cp437"
    shares = {
        "gbk": _measure(names, "gbk", _is_common_chinese),
        "cp932": _measure(names, "cp932", _is_common_japanese),
    }
    best, other = sorted(shares, key=lambda name: -shares[name])
    is_clear = shares[best] >= _SURE and shares[best] - shares[other] >= _CLEARER
    return best if is_clear else "cp437"


def _decodes(names: Sequence[bytes], encoding: str) -> bool:
    try:
        for name in names:
            name.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _measure(names: Sequence[bytes], encoding: str, is_common: Callable[[str], bool]) -> float:
    """The share of common characters in an encoding; 0 where names cannot be read in it."""
    if not _decodes(names, encoding):
        return 0.0
    foreign = [char for name in set(names) for char in name.decode(encoding) if ord(char) > 127]
    return sum(map(is_common, foreign)) / max(1, len(foreign))


def _is_common_chinese(char: str) -> bool:
    """Whether a character is one of the 3755 of GB 2312, level 1, or Chinese punctuation."""
    code = char.encode("gbk")
    is_level_1 = len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1
    return is_level_1 or 0xFF00 < ord(char) < 0xFF5F


def _is_common_japanese(char: str) -> bool:
    """Whether a character is kana in full width, or a kanji of JIS X 0208, level 1."""
    if "\u3041" <= char <= "\u30fc" or 0xFF00 < ord(char) < 0xFF5F:
        return True
    code = char.encode("cp932")
    return len(code) == 2 and 0x889F <= int.from_bytes(code, "big") <= 0x9872
