"""Which image a cell of a table means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.data.layouts.manifest.matching import match_cells

Parts = tuple[str, ...]


def match(cells: list[str], *names: str, base: str = "") -> dict[str, list[str]]:
    parts = [tuple(name.split("/")) for name in names]
    found = match_cells(cells, parts, tuple(filter(None, [base])))
    return {cell: [names[i] for i in places] for cell, places in found.images.items()}


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("a/1.png", "a/1.png"),
        ("./a/1.png", "a/1.png"),
        ("a\\1.png", "a/1.png"),
        ("1.png", "a/1.png"),
        ("set/train/a/1.png", "train/a/1.png"),
        ("C:\\me\\a\\1.png", "a/1.png"),
        ("1", "a/1.png"),
        ("1.jpg", "a/1.png"),
        ("IMG.PNG", "a/img.png"),
        ("0", "a/000.png"),
        ("12.0", "a/0012.png"),
        ("1.2.840.10", "a/1.2.840.10.dcm"),
        ("scan", "a/scan.nii.gz"),
    ],
)
def test_a_cell_means_the_one_image_that_it_may_mean(cell: str, name: str) -> None:
    assert match([cell], name, "a/other.png") == {cell: [name]}


def test_a_whole_path_goes_before_a_name() -> None:
    assert match(["1.png"], "1.png", "a/1.png") == {"1.png": ["1.png"]}
    assert match(["1.png"], "a/1.png", "b/1.png", base="b") == {"1.png": ["b/1.png"]}


def test_a_cell_that_means_several_images_is_refused_with_their_names() -> None:
    found = match_cells(["1"], [("a", "1.png"), ("b", "1.png")])
    assert found.images == {}
    assert found.reasons == {"1": "several images are called so (a/1.png, b/1.png)"}


def test_two_cells_that_may_mean_one_image_are_both_refused() -> None:
    found = match_cells(["p1/view.png", "p2/view.png"], [("p3", "view.png")])
    assert found.images == {}
    assert "several names may mean p3/view.png" in found.reasons["p1/view.png"]


def test_the_image_of_a_stricter_match_is_not_taken_by_a_looser_one() -> None:
    found = match_cells(["p1/view.png", "p2/view.png"], [("p2", "view.png")])
    assert found.images == {"p2/view.png": (0,)}
    assert found.reasons == {"p1/view.png": "no such image"}


def test_a_folder_stands_for_its_images() -> None:
    names = ["p1/study1/a.png", "p1/study1/b.png", "p1/study2/a.png"]
    assert match(["set/p1/study1/", "set/p1/study2/"], *names) == {
        "set/p1/study1/": names[:2],
        "set/p1/study2/": names[2:],
    }


@pytest.mark.parametrize("cell", ["../../etc/passwd", "/etc/passwd", "..", "/", "\\\\host\\x"])
def test_a_path_that_leads_away_means_nothing(cell: str) -> None:
    found = match_cells([cell], [("a", "1.png")])
    assert found.images == {}
    assert found.reasons == {cell: "no such image"}


@given(st.lists(st.text(max_size=12)), st.lists(st.text("ab./0", min_size=1), min_size=1))
def test_every_cell_has_an_image_or_a_reason_and_no_image_has_two(
    cells: list[str], names: list[str]
) -> None:
    parts = [tuple(filter(None, name.split("/"))) or ("x",) for name in dict.fromkeys(names)]
    found = match_cells(cells, parts)
    assert set(found.images) | set(found.reasons) == set(cells)
    assert not set(found.images) & set(found.reasons)
    taken = [place for places in found.images.values() for place in places]
    assert len(taken) == len(set(taken))
