"""Planted wrong labels, cues and strangers are found by the audit's learned checks."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from medapp.audit import features, shortcuts
from medapp.audit.audit import run_audit
from medapp.audit.finding import Finding
from medapp.audit.flattery import measure_flattery
from medapp.audit.outliers import choose_far, find_outliers, measure_distances
from medapp.audit.proposals import find_proposal
from medapp.audit.questions import list_questions
from medapp.audit.shortcuts import Telling, find_shortcuts
from medapp.audit.suspects import _say_agreement, _say_unjudged, find_suspected_labels
from medapp.data.catalog import Catalog
from medapp.data.familiarity import load_distances
from medapp.data.importing.updating import update
from medapp.evaluation.estimates import Estimate
from medapp.studies.sorting import list_images
from tests.audit.conftest import Plant

Image = NDArray[np.uint8]


def draw(number: int, is_striped: bool) -> Image:
    """Stripes across or down in a grey frame, with noise; all are as bright and of one size."""
    random = np.random.default_rng(number)
    wave = 110 + 50 * np.sin(np.arange(64) / 3 + random.uniform(0, 6))
    lines = np.tile(wave[:, None], (1, 64))
    image = lines if is_striped else lines.T
    framed = np.pad(image[10:-10, 10:-10], 10, constant_values=110)
    return np.clip(framed + random.normal(0, 15, framed.shape), 0, 255).astype(np.uint8)


def name(number: int, is_striped: bool) -> str:
    """The file of an image, in its class."""
    return f"{'across' if is_striped else 'down'}/{number:03}.png"


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress."""


def draw_set(change: Callable[[int, bool, Image], Image] = lambda n, s, i: i) -> dict[str, Image]:
    """40 images a class."""
    return {name(n, n % 2 == 0): change(n, n % 2 == 0, draw(n, n % 2 == 0)) for n in range(80)}


def find_names(finding: Finding) -> list[str]:
    """The first image of each group."""
    return [group.members[0].name for group in finding.groups]


def test_swapped_labels_are_found_and_nothing_else(plant: Plant) -> None:
    images = draw_set()
    for number in (4, 7, 30):
        is_striped = number % 2 == 0
        images[name(number, not is_striped)] = images.pop(name(number, is_striped))
    ground = plant(images)
    [finding] = find_suspected_labels(ground, silent)
    assert set(find_names(finding)) == {"down/004.png", "across/007.png", "down/030.png"}
    proposed = {group.members[0].name: group.label for group in finding.groups}
    assert proposed["across/007.png"] == "down"
    assert "labelled across" in next(g.text for g in finding.groups if g.label == "down")


def test_copies_of_a_suspected_picture_stand_in_its_group(plant: Plant) -> None:
    images = draw_set()
    swapped = images.pop(name(4, True))
    images |= {"down/004.png": swapped, "down/again.png": swapped}
    [finding] = find_suspected_labels(plant(images), silent)
    [group] = finding.groups
    assert {member.name for member in group.members} == {"down/004.png", "down/again.png"}
    assert group.label == "across"
    assert group.text.endswith("and 1 copy")


def test_clean_labels_and_images_without_a_cue_give_no_finding(plant: Plant) -> None:
    ground = plant(draw_set())
    assert find_suspected_labels(ground, silent) == []
    assert find_shortcuts(ground, silent) == []


def test_a_probe_that_knows_nothing_doubts_no_label(plant: Plant) -> None:
    images = {name(n, bool(n // 2 % 2)): draw(n, n % 2 == 0) for n in range(80)}
    [finding] = find_suspected_labels(plant(images), silent)
    assert finding.severity == "info"
    assert finding.groups == ()
    assert "could not be judged" in finding.summary


def test_what_a_probe_agrees_with_stands_beside_what_the_commonest_class_alone_would(
    plant: Plant,
) -> None:
    images = draw_set()
    images[name(7, True)] = images.pop(name(7, False))
    [finding] = find_suspected_labels(plant(images), silent)
    # 41 of the 80 are labelled across now.
    assert "agrees with 99% of the labels (always across: 51%)" in finding.summary
    assert "each judged without its copies, and errs as well" in finding.summary
    assert "As patients are not known, those of one may agree." in finding.summary


def test_of_grades_it_is_said_how_many_are_one_off_at_most(plant: Plant) -> None:
    images = {f"grade{n % 3}/{n}.png": draw(n, n % 3 == 0) for n in range(90)}
    ground = plant(images)
    data_set = Catalog(ground.workspace).set_task(ground.data_set, "ordinal")
    [question] = list_questions(replace(ground, data_set=data_set))
    assert question.is_graded
    # The median is right in two of four, and one grade off in a third.
    four = replace(
        question, labels=np.array([0, 1, 1, 0]), samples=question.samples[:4], places=np.arange(3)
    )
    said = _say_agreement(four, np.eye(3)[[0, 1, 2, 2]])
    assert said == (
        "agrees with 50% of the labels (always grade0: 50%) and is one grade off at most in 75%"
    )


def test_classes_that_are_too_small_to_be_asked_about_are_said(plant: Plant) -> None:
    images = draw_set() | {f"rare/{n}.png": draw(100 + n, True) for n in range(4)}
    [finding] = find_suspected_labels(plant(images), silent)
    assert (finding.severity, finding.groups) == ("info", ())
    assert "Whether labels of the class rare are wrong was not judged" in finding.summary
    assert find_suspected_labels(plant({"a/1.png": draw(1, True)}, "one"), silent) == []


def test_too_few_images_are_not_called_classes_that_look_alike(plant: Plant) -> None:
    question = list_questions(plant(draw_set()))[0]
    unsure = Estimate(0.8, (0.55, 0.95), np.zeros(1))
    assert "there are too few images to say how well" in _say_unjudged(question, unsure).summary
    alike = Estimate(0.5, (0.45, 0.6), np.zeros(1))
    said = _say_unjudged(question, alike).summary
    assert "they can hardly be told by what similar images are labelled" in said


def test_a_mark_in_the_corner_of_most_of_one_class_is_a_shortcut(plant: Plant) -> None:
    def mark(number: int, is_striped: bool, image: Image) -> Image:
        if is_striped and number % 20:
            image[2:8, 2:8] = 255
        return image

    found = find_shortcuts(plant(draw_set(mark)), silent)
    cautions = [finding for finding in found if finding.severity == "caution"]
    [corner] = [finding for finding in cautions if "from its corners alone" in finding.summary]
    assert "AUROC 0.9" in corner.summary
    assert len({member.name.split("/")[0] for member in corner.groups[0].members}) == 1
    assert find_proposal("shortcut").plan(corner.groups[0], []) == []


def test_size_is_a_shortcut(plant: Plant) -> None:
    def widen(number: int, is_striped: bool, image: Image) -> Image:
        return np.pad(image, ((0, 0), (0, 8)), mode="reflect") if is_striped else image

    texts = [finding.summary for finding in find_shortcuts(plant(draw_set(widen)), silent)]
    assert any("from its size alone" in text for text in texts)


def test_the_rim_is_set_beside_the_whole_image_of_the_same_class(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = plant(draw_set())
    [question] = list_questions(ground)
    auroc = Estimate(0.95, (0.92, 0.97), np.zeros(1))
    better = Estimate(0.99, (0.98, 0.995), np.zeros(1))
    scores = np.linspace(0, 1, len(question.samples))
    # The rim tells the first class best, and the whole image the second.
    of_rim = [Telling(0, better, scores), Telling(1, auroc, scores)]
    of_whole = [Telling(0, auroc, scores), Telling(1, better, scores)]
    told = iter([of_rim, of_whole])
    monkeypatch.setattr(shortcuts, "list_cues", lambda samples, measures: ())
    monkeypatch.setattr(shortcuts, "tell_each", lambda columns, question, tell: next(told))
    monkeypatch.setattr(features, "load_features", lambda *chosen, without_middle=False: None)
    [finding] = find_shortcuts(ground, silent)
    first, second = question.classes
    assert f"still tell {first} from the rest" in finding.summary
    assert f"The whole image gives {first} from the rest" in finding.summary
    assert second not in finding.summary


def test_an_audit_without_features_asks_no_network(plant: Plant) -> None:
    ground = plant(draw_set())
    kinds = {f.kind for f in run_audit(ground.workspace, ground.data_set, None, False).findings}
    assert not kinds & {"suspected_label", "shortcut"}


def test_distances_pass_over_the_own_group_and_the_far_ones_stand_out() -> None:
    random = np.random.default_rng(0)
    features = 1 + random.normal(0, 0.1, (120, 8)).astype(np.float32)
    features[0] = features[2] = [9, 0, 0, 0, 0, 0, 0, 0]
    same = np.where(np.arange(120) == 2, 0, np.arange(120))
    apart = measure_distances(features, np.arange(120))
    together = measure_distances(features, same)
    # The cosine of one direction of eight with all of them is 1 / √8; the nearest lie closer.
    assert together[0] == pytest.approx(1 - 1 / np.sqrt(8), abs=0.08)
    # Were the twin no copy, it would be one of ten near ones, at no distance.
    assert apart[0] == pytest.approx(together[0] * 0.9, rel=0.05)
    assert set(choose_far(together).tolist()) == {0, 2}


def test_equal_images_are_not_far() -> None:
    assert choose_far(np.zeros(60)).tolist() == []


def test_a_stranger_among_images_is_far_from_all_others(plant: Plant) -> None:
    images = draw_set()
    image = np.zeros((64, 64), np.uint8)
    image[20:44, 20:44] = 255
    images["down/stranger.png"] = image
    ground = plant(images)
    [finding] = find_outliers(ground, silent)
    assert find_names(finding) == ["down/stranger.png"]
    # Images can be sorted by what was measured of them.
    far, *others = list_images(ground.workspace, ground.data_set, "unlike the rest")
    assert far.sample.name == "down/stranger.png"
    distances = [listed.value for listed in others]
    assert distances == sorted(distances, reverse=True)
    assert far.value > 2 * distances[0]
    # A file that was changed since is another image, of which nothing is known yet.
    far.sample.path.write_bytes(others[0].sample.path.read_bytes() + b" ")
    update(ground.catalog, ground.data_set)
    now = list_images(ground.workspace, ground.data_set, "unlike the rest")
    assert (now[-1].sample.name, now[-1].value) == ("down/stranger.png", None)
    kept = load_distances(ground.workspace, ground.data_set.uid)
    assert far.sample.content_hash not in kept
    assert len(kept) == len(others)


def test_a_clean_split_flatters_nothing(plant: Plant) -> None:
    ground = plant(draw_set())
    found = measure_flattery(ground.workspace, ground.data_set)
    assert found.moved == 0
    assert "nothing flatters" in found.describe()


def test_a_leak_flatters_and_nothing_is_changed(plant: Plant) -> None:
    # Noise with labels by chance: only copies in training can tell a test image's label.
    random = np.random.default_rng(3)
    images: dict[str, Image] = {}
    for number in range(120):
        image = random.integers(0, 255, (48, 48)).astype(np.uint8)
        label = "ab"[number % 2]
        images[f"train/{label}/{number}.png"] = image
        if number < 80:
            images[f"test/{label}/copy-{number}.png"] = image
        else:
            fresh = random.integers(0, 255, (48, 48)).astype(np.uint8)
            images[f"test/{label}/own-{number}.png"] = fresh
    ground = plant(images)
    before = Catalog(ground.workspace).load_samples(ground.data_set)
    found = measure_flattery(ground.workspace, ground.data_set)
    assert found.moved >= 80
    auroc, accuracy = sorted(found.comparisons, key=lambda c: c.title)
    assert auroc.title == "AUROC"
    assert accuracy.difference > 0.1
    assert auroc.interval[0] < auroc.difference < auroc.interval[1]
    assert auroc.interval[0] > 0
    assert Catalog(ground.workspace).load_samples(ground.data_set) == before
