"""What studies of many trainings have in common."""

import pytest

from medapp.errors import RecipeError, RunError
from medapp.studies.study import check_seeds, choose_name, read_common, refuse_settings

TAKEN = {"derby", "derby 2", "Race on bands"}


def test_a_name_is_numbered_where_nobody_asked_for_it() -> None:
    assert choose_name("race", None, "Race on bands", TAKEN) == "Race on bands 2"
    assert choose_name("race", None, "Race on hands", TAKEN) == "Race on hands"
    assert choose_name("race", "final", "Race on bands", TAKEN) == "final"


def test_a_name_that_is_taken_is_refused_by_what_the_study_is_called() -> None:
    with pytest.raises(RunError, match=r"already a race called derby.*such as derby 3") as caught:
        choose_name("race", "derby", "Race on bands", TAKEN)
    assert caught.value.setting == "name"


@pytest.mark.parametrize("seeds", [0, -1, 11])
def test_seeds_that_cannot_be_run_are_refused(seeds: int) -> None:
    with pytest.raises(RecipeError, match=f"1 to 10 seeds, not {seeds}"):
        check_seeds("race", seeds)


def test_a_setting_of_the_study_s_own_is_refused_and_others_are_not() -> None:
    own = {"share": "Name the shares."}
    refuse_settings("learning curve", {"epochs": 3}, own)
    with pytest.raises(RecipeError, match=r"share of its own.*Name the shares"):
        refuse_settings("learning curve", {"epochs": 3, "share": 0.5}, own)


def test_what_older_files_lack_has_its_default() -> None:
    old = {"id": "1", "name": "n", "made": "m", "data_set": "d", "remarks": []}
    assert read_common(old) == {**old, "remarks": (), "minutes": None, "workers": 1}
    new = read_common({**old, "minutes": 30, "workers": 0})
    assert (new["minutes"], new["workers"]) == (30.0, 1)
    with pytest.raises(KeyError):
        read_common({"id": "1"})
