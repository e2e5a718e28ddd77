"""Files that are gone, files that were refused, and blank images are found and nothing else."""

import numpy as np
from audit.conftest import Plant, list_names
from conftest import draw_picture

from medapp.audit.audit import run_audit
from medapp.audit.ground import open_ground
from medapp.audit.quality import find_faults


def test_a_sound_set_has_no_faults(plant: Plant) -> None:
    assert list_names(find_faults, plant({f"a/{i}.png": draw_picture(i) for i in range(4)})) == {}


def test_blank_images_are_found_whatever_their_bits(plant: Plant) -> None:
    noise = np.random.default_rng(0).integers(0, 4, (60, 60))
    lost = np.zeros((60, 60), np.uint8)
    lost[3, 4:9] = 255  # a few pixels that are not 0 are no picture
    dim = (draw_picture(1).astype(np.uint16) * 4)[:60, :60]  # 10 bits in 16
    images = {"a/grey.png": np.full((60, 60), 90, np.uint8), "a/lens cap.png": noise.astype("u1")}
    images |= {"a/lost.png": lost, "a/dim.png": dim, "b/fine.png": draw_picture(2)}
    assert list_names(find_faults, plant(images)) == {
        "blank": [["a/grey.png"], ["a/lens cap.png"], ["a/lost.png"]]
    }


def test_files_that_are_gone_are_said_until_they_are_back(plant: Plant) -> None:
    ground = plant({f"a/{i}.png": draw_picture(i) for i in range(3)})
    path = ground.samples[1].path
    content = path.read_bytes()
    path.write_bytes(b"changed")
    (finding,) = find_faults(ground, lambda done, total: None)
    assert (finding.kind, finding.severity) == ("unreadable", "grave")
    assert "is not the file that was registered" in finding.groups[0].text
    path.write_bytes(content)
    again = open_ground(ground.workspace, ground.data_set)
    assert list_names(find_faults, again) == {}


def test_files_that_were_not_taken_in_are_listed_with_the_reason(plant: Plant) -> None:
    ground = plant({"a/1.png": draw_picture(1)})
    folder = ground.data_set.root.with_name("other")
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "cut.png").write_bytes(ground.samples[0].path.read_bytes()[:200])
    other = plant({"a/2.png": draw_picture(2)}, "other")
    audit = run_audit(other.workspace, other.data_set, with_features=False)
    (finding,) = [found for found in audit.findings if found.kind == "unreadable"]
    assert [group.members[0].name for group in finding.groups] == ["a/cut.png"]
    assert finding.groups[0].text
    assert finding.severity == "caution"
