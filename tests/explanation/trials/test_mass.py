"""Where maps lie: shares of their sum, and means by class and site."""

import numpy as np

from medapp.explanation.trials.mass import average_maps, measure_mass


def test_mass_is_a_share_of_the_sum() -> None:
    maps = np.zeros((2, 4, 4))
    maps[0, 0, 0] = 3
    maps[0, 3, 3] = 1
    regions = np.zeros((2, 4, 4), bool)
    regions[:, 0] = True
    assert measure_mass(maps, regions)[0] == 0.75
    assert np.isnan(measure_mass(maps, regions)[1])


def test_means_are_by_class_and_by_site_where_there_are_several() -> None:
    maps = np.zeros((8, 4, 4))
    maps[:4, 0, 0] = 1
    maps[4:7, 3, 3] = 1  # the eighth is blank
    labels = ["a"] * 4 + ["b"] * 4
    sites = ["north"] * 3 + ["south"] + ["north"] * 4
    found = {(each.label, each.site): each for each in average_maps(maps, labels, sites)}
    # Of a at south there is one map, too few for a mean.
    assert set(found) == {("a", None), ("a", "north"), ("b", None), ("b", "north")}
    assert found["a", None].n == 4
    assert found["b", None].n == 3
    assert found["a", None].grid[0][0] == 1
    assert found["b", None].grid[3][3] == 1
    alone = average_maps(maps, labels, ["north"] * 8)
    assert {each.site for each in alone} == {None}
