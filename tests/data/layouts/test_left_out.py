"""What was left out, in few words."""

from medapp.data.layouts.left_out import summarise_left_out


def test_files_are_counted_by_reason_and_a_few_are_named() -> None:
    left_out = [("a.png", "cut"), *((f"{i}.png", "a mask") for i in range(5))]
    assert summarise_left_out(left_out) == (
        "5 files: a mask (0.png, 1.png, 2.png and 2 more)",
        "a.png: cut",
    )
    assert summarise_left_out([]) == ()
