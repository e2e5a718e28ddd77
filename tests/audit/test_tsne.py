"""t-SNE against that of scikit-learn, neighbours by hand, and Stop."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import pdist, squareform
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities

from medapp.audit.projection import project
from medapp.audit.tsne import COMPONENTS, EARLY, FEWEST, LATE, PERPLEXITY, embed, find_neighbours


def ignore(title: str, done: int, total: int) -> None:
    """Nothing is done with what is told."""


def draw_groups(images: int = 300) -> NDArray[np.float32]:
    """Features (N, 64) of five groups that overlap a little."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(5, 64))
    noise = rng.normal(size=(images, 64)) * np.geomspace(2, 0.1, 64)
    return (centres[np.arange(images) % 5] + noise).astype(np.float32)


def measure_divergence(points: NDArray[np.float64], positions: NDArray[np.float64]) -> float:
    """What t-SNE minimises (van der Maaten & Hinton 2008, equation 2), over all pairs."""
    squares = squareform(pdist(points, "sqeuclidean")).astype(np.float32)
    wanted = _joint_probabilities(squares, PERPLEXITY, 0)
    near = 1 / (1 + pdist(positions, "sqeuclidean"))
    return float(2 * np.sum(wanted * np.log(wanted / (near / (2 * near.sum())))))


def test_the_map_is_no_worse_than_that_of_scikit_learn() -> None:
    features = draw_groups()
    points, _ = project(features, COMPONENTS)
    own = embed(features, ignore)
    other = TSNE(init="pca", perplexity=PERPLEXITY, random_state=0, max_iter=EARLY + LATE)
    reference = other.fit_transform(points)
    assert measure_divergence(points, own) <= 1.01 * measure_divergence(points, reference)
    assert trustworthiness(points, own) >= trustworthiness(points, reference) - 0.005
    assert np.array_equal(embed(features, ignore), own)


@pytest.mark.parametrize("images", [FEWEST, 25])
def test_few_images_and_equal_ones_have_positions(images: int) -> None:
    features = draw_groups(images)
    features[1:4] = features[0]
    positions = embed(features, ignore)
    assert positions.shape == (images, 2)
    assert np.isfinite(positions).all()
    assert np.isfinite(embed(np.ones((images, 8), np.float32), ignore)).all()


def test_neighbours_are_the_nearest_others_in_order() -> None:
    points = np.array([[0.0], [1.0], [3.0], [7.0]])
    rows, distances = find_neighbours(points, 2, ignore)
    assert rows.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert np.allclose(distances, [[1, 3], [1, 2], [2, 3], [4, 6]])


def test_each_step_is_told_and_may_end_the_work() -> None:
    told: list[tuple[str, int, int]] = []

    class AskedError(Exception):
        pass

    def tell(title: str, done: int, total: int) -> None:
        told.append((title, done, total))
        if title == "Arranging the images" and done >= 50:
            raise AskedError

    with pytest.raises(AskedError):
        embed(draw_groups(40), tell)
    assert told[0] == ("Looking for neighbours", 40, 40)
    assert told[-1] == ("Arranging the images", 50, EARLY + LATE)
