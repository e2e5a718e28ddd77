"""Maps that know nothing of a network."""

import numpy as np

from medapp.explanation.trials.controls import draw_edge_maps, draw_random_maps, reduce_map


def test_random_maps_are_of_their_seed_and_as_coarse_as_asked() -> None:
    maps = draw_random_maps([1, 2, 1], (4, 4), 32)
    assert maps.shape == (3, 32, 32)
    assert np.array_equal(maps[0], maps[2])
    assert not np.array_equal(maps[0], maps[1])
    assert np.abs(np.diff(maps, axis=2)).max() < 1 / 8 + 1e-6
    assert np.abs(np.diff(draw_random_maps([1], None, 32), axis=2)).max() > 0.5


def test_edges_are_where_the_image_changes() -> None:
    pixels = np.zeros((1, 32, 32, 3), np.uint8)
    pixels[:, :, 16:] = 90
    (fine,) = draw_edge_maps(pixels, None)
    # A step of 90 levels, weighed by 1 + 2 + 1 on both sides of it.
    assert (fine[:, 15:17] == 360).all()
    assert (fine[:, :15] == 0).all()
    assert (fine[:, 17:] == 0).all()
    (coarse,) = draw_edge_maps(pixels, (4, 4))
    assert coarse[:, 12:20].min() > coarse[:, :4].max()


def test_a_map_is_averaged_over_its_cells() -> None:
    values = np.arange(16.0).reshape(4, 4)
    assert np.array_equal(reduce_map(values, (2, 2)), [[2.5, 4.5], [10.5, 12.5]])
    assert np.allclose(reduce_map(np.full((7, 9), 0.3), (3, 4)), 0.3)
