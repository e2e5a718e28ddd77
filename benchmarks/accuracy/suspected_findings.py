"""Of several findings an image, how many wrong ones does the audit suspect, and what else?

    python -m benchmarks.accuracy.suspected_findings FILE [--images 700]

FILE is a Parquet file of cells, one an image, such as the red cells of Chula RBC-12. Four cells are
put together to one image, whose findings are their kinds; no cell is in two images. Of each finding
that at least 20 images show, `WRONG` images lose it and as many gain it. Figures are sums over
seeds: what was planted, what of it is listed, what else is listed, and how much of it a list made
of the most improbable labels, as long as the audit's, would hold.
"""

import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.kit.options import build_parser
from medapp.audit.features import load_features
from medapp.audit.finding import Finding
from medapp.audit.ground import Ground, open_ground
from medapp.audit.probing import predict_out_of_fold
from medapp.audit.questions import list_questions
from medapp.audit.suspects import find_suspected_labels
from medapp.data.catalog import Catalog
from medapp.data.edits import RELABEL, Change, apply_edits
from medapp.data.importing.adding import add_path
from medapp.data.samples import DataSet, Sample
from medapp.store.workspace import Workspace, open_workspace

LEAST, WRONG, SEEDS, SIDE = 20, 3, 3, 80
Planted = dict[str, set[int]]  # the samples' numbers, by finding


def compose(workspace: Workspace, file: Path, images: int) -> tuple[DataSet, list[Sample]]:
    """The data set of four cells an image."""
    source = add_path(workspace, file, "cells").data_set
    cells = Catalog(workspace).load_samples(source)
    drawn = np.random.default_rng(0).permutation(len(cells))[: 4 * images]
    root = workspace.root / "composed"
    root.mkdir()
    rows = ["image,findings"]
    for number, four in enumerate(np.split(drawn[: len(drawn) // 4 * 4], len(drawn) // 4)):
        board = Image.new("RGB", (2 * SIDE, 2 * SIDE))
        for place, row in enumerate(four.tolist()):
            cell = Image.open(cells[row].path).convert("RGB").resize((SIDE, SIDE))
            board.paste(cell, (place % 2 * SIDE, place // 2 * SIDE))
        board.save(root / f"{number:04}.png")
        rows.append(f"{number:04}.png,{'|'.join(sorted({cells[row].label for row in four}))}")
    (root / "labels.csv").write_text("\n".join(rows))
    data_set = add_path(workspace, root, "composed").data_set
    return data_set, Catalog(workspace).load_samples(data_set)


def plant(samples: list[Sample], findings: list[str], seed: int) -> tuple[Planted, list[Change]]:
    """Which images have a wrong finding, one each, and the edits that make it so."""
    random = np.random.default_rng(seed)
    free = set(range(len(samples)))
    planted: Planted = {}
    changes = []
    for finding in findings:
        planted[finding] = set()
        for is_there in (True, False):
            fits = [n for n in sorted(free) if (finding in samples[n].label.split("|")) is is_there]
            for number in random.choice(fits, min(WRONG, len(fits)), replace=False).tolist():
                shown = set(samples[number].label.split("|")) ^ {finding}
                label = "|".join(sorted(shown - {""}))
                changes.append(Change(samples[number].id, RELABEL, label))
                planted[finding].add(samples[number].id)
                free.discard(number)
    return planted, changes


def list_suspects(found: list[Finding], finding: str) -> set[int]:
    """The samples whose label of a finding is suspected."""
    own = [f for f in found if f"of {finding} that is unlikely" in f.summary]
    own += [f for f in found if f"of {finding} that are unlikely" in f.summary]
    return {m.id for f in own for g in f.groups for m in g.members if m.id is not None}


def list_improbable(ground: Ground, length: dict[str, int]) -> dict[str, set[int]]:
    """As many samples for each finding, those whose label is the least probable."""
    listed = {}
    for question in list_questions(ground):
        features = load_features(ground.workspace, ground.data_set, question.samples)
        found = predict_out_of_fold(features, question.labels, question.groups)
        assert found is not None
        own: NDArray[np.float64] = found[np.arange(len(found)), question.labels]
        rows = np.argsort(own)[: length.get(question.finding, 0)].tolist()
        listed[question.finding] = {question.samples[row].id for row in rows}
    return listed


def main(arguments: list[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False, images=700)
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        workspace = open_workspace(Path(name))
        data_set, samples = compose(workspace, options.file, options.images)
        catalog = Catalog(workspace)
        shown = {f: sum(f in s.label.split("|") for s in samples) for f in data_set.classes}
        findings = [finding for finding in data_set.classes if shown[finding] >= LEAST]
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        said: set[str] = set()
        for seed in range(SEEDS):
            planted, changes = plant(samples, findings, seed)
            apply_edits(catalog, data_set, changes)
            ground = open_ground(workspace, data_set)
            found = find_suspected_labels(ground, lambda done, total: None)
            said |= {finding.summary for finding in found if not finding.groups}
            suspects = {finding: list_suspects(found, finding) for finding in findings}
            others = list_improbable(ground, {f: len(s) for f, s in suspects.items()})
            for finding in findings:
                right = len(suspects[finding] & planted[finding])
                early = len(others.get(finding, set()) & planted[finding])
                new = (len(planted[finding]), right, len(suspects[finding]) - right, early)
                sums[finding] = [a + b for a, b in zip(sums[finding], new, strict=True)]
            back = {sample.id: sample.label for sample in samples}
            undone = [Change(c.sample_id, RELABEL, back[c.sample_id]) for c in changes]
            apply_edits(catalog, data_set, undone)
        print("| finding | images | planted | listed | others listed | most improbable |")
        for finding, (wrong, right, beside, early) in sums.items():
            print(f"| {finding} | {shown[finding]} | {wrong} | {right} | {beside} | {early} |")
        print("\n".join(sorted(said)))


if __name__ == "__main__":
    main()
