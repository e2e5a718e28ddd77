"""A zip gives its images, or is refused in words, and nothing is ever written outside."""

import io
import stat
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from medapp.errors import ArchiveError
from medapp.store import archive
from medapp.store.archive import extract_archive
from medapp.store.files import expand_path


def pack(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as packed:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.filename, info.compress_type = name, compression  # as given, backslashes and all
            packed.writestr(info, content)
    return path


def unpack(path: Path, **settings: object) -> list[str]:
    """Names below the folder; whatever happens, nothing may be beside it."""
    home = path.parent / "home"
    folder = home / "inner" / "folder"
    folder.mkdir(parents=True)
    before = sorted(path.parent.iterdir())
    try:
        extract_archive(path, folder, **settings)  # type: ignore[arg-type]
    finally:
        assert sorted(path.parent.iterdir()) == before
        assert list(home.iterdir()) == [home / "inner"]
        assert list((home / "inner").iterdir()) == [folder]
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_what_is_asked_for_comes_out_and_the_rest_stays(tmp_path: Path) -> None:
    files = {
        "set/a/1.png": b"1",
        "set/ä/2.PNG": b"2",
        "set\\b\\3.png": b"3",
        "set/a/": b"",
        "readme.txt": b"x",
        "__MACOSX/set/a/._1.png": b"x",
        "set/a/.hidden.png": b"x",
        "inner.zip": b"PK",
        "./set/c/4.png": b"4",
    }
    seen: list[tuple[int, int]] = []
    path = pack(tmp_path / "x.zip", files)
    asked = {"set/a/1.png", "set/b/3.png", "set/c/4.png", "set/ä/2.PNG", "not there.png"}
    names = unpack(path, names=asked, on_progress=lambda *done: seen.append(done))
    wanted = ["set/a/1.png", "set/b/3.png", "set/c/4.png", "set/ä/2.PNG"]
    assert names == wanted
    assert seen[-1] == (4, 4)
    assert (tmp_path / "home/inner/folder/set/ä/2.PNG").read_bytes() == b"2"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.png",
        "a/../../evil.png",
        "/etc/evil.png",
        "..\\..\\evil.png",
        "C:\\evil.png",
        "c:evil.png",
        "\\\\host\\evil.png",
        "a/../b.png",
    ],
)
def test_a_name_that_points_outside_refuses_the_whole(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveError, match="points outside its folder"):
        unpack(pack(tmp_path / "x.zip", {"a/1.png": b"1", name: b"2"}))


def test_links_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        info = zipfile.ZipInfo("a/link.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(info, "/etc/passwd")
    with pytest.raises(ArchiveError, match=r"holds the link 'a/link\.png'"):
        unpack(tmp_path / "x.zip")


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"unpacks to \d+ times its size"):
        unpack(pack(tmp_path / "x.zip", {"a/1.png": bytes(archive.FREE_BYTES + 1)}))


def test_limits_on_files_and_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pack(tmp_path / "x.zip", {f"a/{i}.png": b"12345" for i in range(4)})
    monkeypatch.setattr(archive, "MAX_FILES", 3)
    with pytest.raises(ArchiveError, match="holds 4 files, more than 3"):
        extract_archive(path, tmp_path)
    monkeypatch.setattr(archive, "MAX_FILES", 4)
    monkeypatch.setattr(archive, "MAX_BYTES", 19)
    with pytest.raises(ArchiveError, match="unpacks to"):
        extract_archive(path, tmp_path)


def test_a_header_that_lies_about_the_size_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.zip", {"a/1.png": bytes(1000)})
    path.write_bytes(
        path.read_bytes().replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    )
    with pytest.raises(ArchiveError, match="damaged"):
        unpack(path)
    written = tmp_path / "home/inner/folder/a/1.png"
    assert not written.exists() or written.stat().st_size <= 10


def test_a_password_is_said(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.zip", {"a/1.png": b"1"})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="protected by a password"):
        unpack(path)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("a/1.png", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("a/1.png", b"2")
    with pytest.raises(ArchiveError, match=r"1\.png twice"):
        unpack(tmp_path / "x.zip")
    (tmp_path / "empty").mkdir()
    path = pack(tmp_path / "y.zip", {"a": b"", "a/1.png": b"1"})  # a file, and a folder of its name
    with pytest.raises(ArchiveError, match="twice"):
        extract_archive(path, tmp_path / "empty")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"no zip at all", b"PK\x05\x06" + b"\xff" * 18]
)
def test_what_is_no_zip_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(ArchiveError, match=r"x\.zip is no zip, or a damaged one"):
        unpack(tmp_path / "x.zip")


def test_a_missing_zip(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"There is no folder or file .*x\.zip"):
        unpack(tmp_path / "x.zip")
    with pytest.raises(ArchiveError, match=r"^https://example\.org/x\.zip is an address"):
        extract_archive(expand_path("https://example.org/x.zip"), tmp_path / "to")


def test_a_damaged_zip_gives_right_bytes_or_an_error(tmp_path: Path) -> None:
    good = io.BytesIO()
    with zipfile.ZipFile(good, "w", zipfile.ZIP_DEFLATED) as packed:
        for i in range(3):
            packed.writestr(f"a/{i}.png", f"content {i} ".encode() * 20)
    whole = good.getvalue()
    for place in range(0, len(whole), 3):
        content = bytearray(whole)
        content[place] ^= 0x5A
        (tmp_path / "x.zip").write_bytes(content)
        folder = tmp_path / str(place)
        folder.mkdir()
        try:
            extract_archive(tmp_path / "x.zip", folder)
        except ArchiveError:
            continue
        for path in folder.rglob("*.png"):
            assert path.read_bytes() in {f"content {i} ".encode() * 20 for i in range(3)}


def write_raw_names(path: Path, names: list[bytes]) -> Path:
    """A zip whose names are these bytes, without a word on their encoding."""
    with zipfile.ZipFile(path, "w") as packed:
        for i, name in enumerate(names):
            packed.writestr("x" * (len(name) - 2) + f"{i:02d}", b"1")
    content = path.read_bytes()
    for i, name in enumerate(names):
        content = content.replace(("x" * (len(name) - 2) + f"{i:02d}").encode(), name)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("encoding", "names", "said"),
    [
        ("gbk", ["肺炎/图像一.png", "正常/图像二.png"], "GBK"),
        ("cp932", ["肺炎/がぞう一.png", "正常/画像データ.png"], "code page 932"),
        ("cp437", ["Größe/1.png"], "code page 437"),
        ("utf-8", ["肺炎/1.png", "Größe/2.png"], ""),
    ],
)
def test_names_in_other_encodings_come_right_and_are_said(
    tmp_path: Path, encoding: str, names: list[str], said: str
) -> None:
    path = write_raw_names(tmp_path / "x.zip", [name.encode(encoding) for name in names])
    with archive.open_archive(path) as opened:
        assert list(opened.names) == names
        assert said in opened.remark
        assert bool(opened.remark) == bool(said)


def test_deflate64_is_named(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.zip", {"a/1.png": b"1"})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(mark) + offset] = 9
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"packed with Deflate64.*Pack it again with Deflate"):
        unpack(path)


def test_a_directory_of_millions_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    entry = b"PK\1\2" + bytes(24) + (1).to_bytes(2, "little") + bytes(16) + b"a"
    count = 1_000_000
    end = b"PK\5\6" + bytes(8) + (count * len(entry)).to_bytes(4, "little") + bytes(6)
    (tmp_path / "x.zip").write_bytes(entry * count + end)
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match="holds more than 200,000 files"):
            extract_archive(tmp_path / "x.zip", tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    finally:
        tracemalloc.stop()
