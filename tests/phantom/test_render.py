"""The phantom data set: the same bytes everywhere, boxes that hold the findings, and nothing that
gives the class away.
"""

import hashlib
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.phantom.chest import SIZE_PX, draw_chest
from medapp.phantom.render import (
    CLASSES,
    SITES,
    Exposure,
    PhantomImage,
    draw_exposure,
    draw_patient,
    find_boxes,
    generate_phantom,
    plan_exposures,
    render,
)

PIXELS = ["1f155f34f0156045", "b85c338e1aa49f5f", "1e53cfcf4719d7b0", "3325a8f3f74204c9"]
WHOLE_SET = "f73704d40fca4d8d739a169f69d2959f58dbd8305ff65295150a99009a344ed1"


def build_exposure(label: str, number: int, seed: int = 0) -> Exposure:
    return draw_exposure(draw_patient(seed, number, label), SITES[number % 2], number, 0)


@pytest.fixture(scope="module")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[PhantomImage]]:
    folder = tmp_path_factory.mktemp("phantom")
    return folder, generate_phantom(folder, patients=8)


def test_pixels_are_the_same_on_every_machine() -> None:
    digests = [
        hashlib.sha256(render(build_exposure(label, 5)).tobytes()).hexdigest()[:16]
        for label in CLASSES
    ]
    assert digests == PIXELS


def test_files_boxes_and_order_are_the_same_on_every_machine(
    small_set: tuple[Path, list[PhantomImage]],
) -> None:
    folder, images = small_set
    digest = hashlib.sha256()
    for image in images:
        corners = [(box.label, box.x0, box.y0, box.x1, box.y1) for box in image.boxes]
        digest.update(f"{image.name} {image.label} {image.patient} {image.site} {corners}".encode())
        digest.update((folder / image.name).read_bytes())
    assert digest.hexdigest() == WHOLE_SET


def test_another_seed_gives_other_images() -> None:
    assert not np.array_equal(
        render(build_exposure("normal", 2)), render(build_exposure("normal", 2, seed=1))
    )


def test_an_image_does_not_depend_on_what_was_made_before(
    small_set: tuple[Path, list[PhantomImage]],
) -> None:
    folder, _ = small_set
    name, exposure = plan_exposures(8, seed=0)[-1]
    with Image.open(folder / name) as opened:
        assert (opened.format, opened.mode, opened.size) == ("BMP", "L", (SIZE_PX, SIZE_PX))
        assert np.array_equal(np.asarray(opened), render(exposure))


def test_files_stand_in_a_folder_a_class_and_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    images = generate_phantom(
        tmp_path, patients=4, on_progress=lambda done, total: told.append((done, total))
    )
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.bmp"))
    assert found == sorted(image.name for image in images)
    assert all(image.name.startswith(f"{image.label}/{image.patient}_") for image in images)
    assert told == [(done, len(images)) for done in range(1, len(images) + 1)]


def test_classes_and_sites_are_balanced_and_cross_each_other() -> None:
    patients = {exposure.patient: exposure for _, exposure in plan_exposures(320, seed=0)}
    counts = Counter((patient.label, exposure.site.name) for patient, exposure in patients.items())
    assert counts == {(label, site.name): 40 for label in CLASSES for site in SITES}


def test_a_patient_has_one_to_three_images_at_one_site_with_one_finding() -> None:
    by_patient = defaultdict(list)
    for name, exposure in plan_exposures(320, seed=0):
        by_patient[name.split("/")[1][:4]].append(exposure)
    assert Counter(len(exposures) for exposures in by_patient.values()).keys() == {1, 2, 3}
    for exposures in by_patient.values():
        assert len({(exposure.patient, exposure.site) for exposure in exposures}) == 1
        assert len({exposure.view for exposure in exposures}) == len(exposures)


def test_sizes_of_normal_and_enlarged_hearts_overlap() -> None:
    hearts = {
        label: [draw_patient(0, n, label).heart for n in range(80)]
        for label in ("normal", "cardiomegaly")
    }
    assert max(hearts["normal"]) > min(hearts["cardiomegaly"])
    assert np.mean(hearts["normal"]) < np.mean(hearts["cardiomegaly"]) - 0.1


@pytest.mark.parametrize("label", ["cardiomegaly", "effusion", "nodule"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_box_lies_in_the_image_and_holds_what_the_finding_changes(label: str, number: int) -> None:
    exposure = build_exposure(label, number)
    ill, well = (
        draw_chest(exposure.patient, exposure.view, has_finding=has) for has in (True, False)
    )
    (box,) = find_boxes(exposure, ill.finding)
    assert box.label == label
    assert 0 <= box.x0 < box.x1 <= SIZE_PX
    assert 0 <= box.y0 < box.y1 <= SIZE_PX
    inside = np.zeros((SIZE_PX, SIZE_PX), bool)
    inside[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = True
    change = np.abs(ill.soft - well.soft)
    assert change[inside].sum() > 0.9 * change.sum() > 0
    seen = np.abs(render(exposure).astype(float) - render(exposure, has_finding=False))
    assert seen[inside].mean() > 2 * seen[~inside].mean()


def test_a_healthy_patient_has_no_box_and_is_the_same_without_a_finding() -> None:
    exposure = build_exposure("normal", 2)
    assert find_boxes(exposure, draw_chest(exposure.patient, exposure.view).finding) == ()
    assert np.array_equal(render(exposure), render(exposure, has_finding=False))


def test_image_looks_like_a_radiograph() -> None:
    """Lungs darker than heart and abdomen; air beside the neck black."""
    exposure = build_exposure("normal", 2)
    chest, image = draw_chest(exposure.patient, exposure.view), render(exposure)
    lung = image[chest.lung > 100].mean()
    dense = image[(chest.soft > 180) & (chest.lung == 0)].mean()
    air = image[4:30][(chest.soft + chest.lung < 1)[4:30]].mean()
    assert air + 15 < lung < dense - 60


def test_sites_differ_in_noise_and_borders() -> None:
    patient = draw_patient(0, 2, "normal")
    images = [render(draw_exposure(patient, site, 2, 0)).astype(float) for site in SITES]
    assert (images[1][:, 0] == 6).all()
    assert not (images[0][:, 0] == 6).all()
