"""What does the audit find of faults that were planted, and what else does it call a fault?

    python -m benchmarks.accuracy.planted SLICES_FOLDER [--marked 0.9] [--reference PYTHON]

Of two classes of the folder, 20 blocks of 10 neighbouring files each are taken for patients; 28
patients train, 12 test. Planted are 25 exact copies of training images in the test part, 15 near
ones (a third each JPEG of quality 60, half the size, mirrored), 10 labels swapped, 5 images
inverted, and a white mark in a corner of 90% of one class. CleanVision and cleanlab, where the
interpreter that is given has them, read the same files, and the same out-of-fold probabilities.
"""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.kit.options import build_parser
from medapp.audit.audit import run_audit
from medapp.audit.features import load_features
from medapp.audit.finding import Finding
from medapp.audit.ground import open_ground
from medapp.audit.probing import predict_out_of_fold
from medapp.audit.questions import list_questions
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import DataSet
from medapp.store.workspace import Workspace, open_workspace

PATIENTS, IMAGES, TAUGHT = 20, 10, 14  # a class; images of each; patients of them in training
EXACT, NEAR, SWAPPED, INVERTED = 25, 15, 10, 5

REFERENCE = """
import json, sys
import numpy as np
from cleanlab.filter import find_label_issues
from cleanvision import Imagelab
folder, probabilities, to = sys.argv[1:]
held = np.load(probabilities)
ranking = "normalized_margin"
rows = find_label_issues(held["labels"], held["found"], return_indices_ranked_by=ranking)
lab = Imagelab(data_path=folder)
lab.find_issues()
sets = {key: lab.info[key]["sets"] for key in ("exact_duplicates", "near_duplicates")}
odd = {name: lab.issues.index[lab.issues[name]].tolist()
       for name in lab.issues if name.startswith("is_") and "duplicates" not in name}
json.dump({"labels": rows.tolist(), "sets": sets, "odd": odd}, open(to, "w"))
"""


@dataclass
class Planted:
    """The faults, by file name: a copy to its original, the swapped, the inverted."""

    root: Path
    copies: dict[str, str] = field(default_factory=dict)
    swapped: set[str] = field(default_factory=set)
    inverted: set[str] = field(default_factory=set)


def plant(folder: Path, root: Path, marked: float) -> Planted:
    """Write the set with its faults."""
    random = np.random.default_rng(0)
    planted = Planted(root)
    classes = sorted(path for path in folder.iterdir() if path.is_dir())[:2]
    pictures: dict[str, tuple[str, str, Image.Image]] = {}
    for number, source in enumerate(classes):
        files = sorted(source.iterdir(), key=lambda p: [*map(int, re.findall(r"\d+", p.name)), 0])
        starts = np.linspace(0, len(files) - IMAGES, PATIENTS).astype(int)
        for patient, start in enumerate(starts):
            split = "train" if patient < TAUGHT else "test"
            for index in range(IMAGES):
                pixels = np.asarray(Image.open(files[start + index]).convert("L")).copy()
                if number and random.random() < marked:
                    pixels[4:16, 4:16] = 255
                name = f"p{number}{patient:02}_{index}.png"
                pictures[name] = (split, source.name, Image.fromarray(pixels))
    names = [str(name) for name in random.permutation(sorted(pictures))]
    planted.swapped = set(names[:SWAPPED])
    planted.inverted = set(names[SWAPPED : SWAPPED + INVERTED])
    taught = [n for n in names[SWAPPED + INVERTED :] if pictures[n][0] == "train"]
    for name, (split, label, picture) in pictures.items():
        others = {classes[0].name: classes[1].name, classes[1].name: classes[0].name}
        shown = others[label] if name in planted.swapped else label
        drawn = Image.eval(picture, lambda v: 255 - v) if name in planted.inverted else picture
        _save(root / split / shown / name, drawn)
    for number, name in enumerate(taught[: EXACT + NEAR]):
        _, label, picture = pictures[name]
        copy = f"{name[:4]}_c{number}"
        way = -1 if number < EXACT else number % 3
        copy += ".jpg" if way == 0 else ".png"
        planted.copies[copy] = name
        _save(root / "test" / label / copy, _change(picture, way))
    return planted


def _change(picture: Image.Image, way: int) -> Image.Image:
    if way == 1:
        return picture.resize((picture.width // 2, picture.height // 2))
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if way == 2 else picture


def _save(path: Path, picture: Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, **({"quality": 60} if path.suffix == ".jpg" else {}))


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _tell(what: str, found: set[str], planted: set[str]) -> None:
    right = len(found & planted)
    print(f"{what}: {right} of {len(planted)} found, {len(found) - right} others listed")


def _tell_copies(what: str, groups: list[list[str]], planted: Planted) -> None:
    wanted = {frozenset(pair) for pair in planted.copies.items()}
    exact = {frozenset(p) for n, p in enumerate(planted.copies.items()) if n < EXACT}
    pairs = {
        frozenset((a, b)) for group in groups for a in group for b in group if _name(a) != _name(b)
    }
    named = {frozenset(map(_name, pair)) for pair in pairs}
    false = len(named - wanted)
    near = wanted - exact
    print(
        f"{what}: {len(named & exact)} of {len(exact)} exact and {len(named & near)} of"
        f" {len(near)} near copies found, {false} other pairs called copies"
    )


def _list_members(findings: list[Finding], kind: str, word: str = "") -> set[str]:
    chosen = [f for f in findings if f.kind == kind and word in f.summary]
    return {_name(m.name) for f in chosen for group in f.groups for m in group.members}


def tell_audit(workspace: Workspace, data_set: DataSet, planted: Planted) -> None:
    """Run the audit and say what it found."""
    findings = list(run_audit(workspace, data_set).findings)
    leaks = [
        [m.name for m in group.members] for f in findings if f.kind == "leak" for group in f.groups
    ]
    _tell_copies("audit, leaks", leaks, planted)
    suspected = _list_members(findings, "suspected_label")
    _tell("audit, suspected labels", suspected, planted.swapped)
    _tell("audit, inverted", _list_members(findings, "odd", "inverted"), planted.inverted)
    far = _list_members(findings, "odd", "far from")
    _tell("audit, far from all others", far, planted.inverted)
    for finding in findings:
        if finding.kind == "shortcut":
            print(f"audit, shortcut: {finding.summary}")


def tell_reference(
    python: str, workspace: Workspace, data_set: DataSet, planted: Planted, folder: Path
) -> None:
    """Say what CleanVision and cleanlab find."""
    [question] = list_questions(open_ground(workspace, data_set))
    features = load_features(workspace, data_set, question.samples)
    found = predict_out_of_fold(features, question.labels, question.groups)
    held, to = folder / "held.npz", folder / "reference.json"
    np.savez(held, labels=question.labels, found=found)
    script = [python, "-c", REFERENCE, str(planted.root), str(held), str(to)]
    subprocess.run(script, check=True, capture_output=True)
    said = json.loads(to.read_text())
    issues = {_name(question.samples[row].name) for row in said["labels"]}
    _tell("cleanlab, label issues", issues, planted.swapped)
    groups = said["sets"]["exact_duplicates"] + said["sets"]["near_duplicates"]
    _tell_copies("CleanVision, duplicates", groups, planted)
    for kind, names in said["odd"].items():
        _tell(f"CleanVision, {kind}", set(map(_name, names)), planted.inverted)


def main(arguments: list[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reference", help="an interpreter that has cleanvision and cleanlab")
    parser.add_argument("--marked", type=float, default=0.9, help="the share with a corner mark")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        planted = plant(options.folder, folder / "planted", options.marked)
        workspace = open_workspace(folder / "workspace")
        pattern = r"(p\d\d\d)_"
        data_set = add_folder(
            workspace, planted.root, choice=ImportChoice(patient_pattern=pattern)
        ).data_set
        tell_audit(workspace, data_set, planted)
        if options.reference:
            tell_reference(options.reference, workspace, data_set, planted, folder)


if __name__ == "__main__":
    main()
