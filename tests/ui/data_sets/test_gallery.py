"""What stands below an image in the gallery."""

from medapp.ui.data_sets.gallery import shorten_names


def test_files_called_alike_are_told_apart_by_as_few_folders_as_it_takes() -> None:
    assert shorten_names(["a/x/1.png", "a/x/2.png"]) == ["1.png", "2.png"]
    names = ["train/p1/s1/front.jpg", "train/p1/s2/front.jpg", "train/p2/s1/front.jpg"]
    assert shorten_names(names) == ["p1/s1/front.jpg", "p1/s2/front.jpg", "p2/s1/front.jpg"]
    assert shorten_names(["1.png", "a/1.png"]) == ["1.png", "a/1.png"]
    assert shorten_names([]) == []
