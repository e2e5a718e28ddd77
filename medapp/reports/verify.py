"""Whether a bundle is what it says: hashes, every figure made again, splits that share nothing.

All of it offline, from the bundle alone: no image, no model and no workspace is needed.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from medapp.errors import MedAppError, RunError
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import METHOD
from medapp.evaluation.locked import KEY, read_locked
from medapp.reports.bundle import DECIDED, FORMAT, MANIFEST, VERSION, hash_contents
from medapp.reports.comparing import pair_figures
from medapp.reports.data_facts import fingerprint_images, fingerprint_split
from medapp.reports.disjointness import check_splits
from medapp.reports.finding import DIFFERS, HOLDS, UNTOLD, Finding
from medapp.runs.results import EVALUATION, PREDICTIONS, list_evidence
from medapp.runs.split_table import SPLIT, load_split
from medapp.store.archive import open_archive
from medapp.store.parquet import read_table
from medapp.task import Task, find_task

SHOWN = 5  # differences that a sentence names
UNKNOWABLE = (
    "That the model gives these probabilities: weights and images do not travel. Who has both can"
    " compare their SHA-256 and predict again.",
    "That the labels are right, that patients are told apart rightly, and that nobody looked at the"
    " test images elsewhere.",
    "Who made the bundle: hashes find what was changed, and are no signature.",
)


@dataclass(frozen=True)
class Verification:
    """What came of checking a bundle.

    Attributes:
        run, data_set: as the bundle names them.
        findings: one a check, in their order.
        unknowable: what no bundle can show.
    """

    run: str
    data_set: str
    findings: tuple[Finding, ...]
    unknowable: tuple[str, ...] = UNKNOWABLE

    @property
    def holds(self) -> bool:
        """Whether nothing differs."""
        return all(finding.state != DIFFERS for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"holds": self.holds, **asdict(self)}


def verify_bundle(path: Path) -> Verification:
    """Check a bundle.

    Raises:
        ArchiveError: the file is no zip, or refused.
        RunError: the zip is no bundle of MedApp, or of a newer one.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with open_archive(path) as archive:
            archive.extract(folder)
            names = archive.names
        manifest = _read_manifest(folder, path.name)
        findings = [_check_hashes(folder, names, manifest)]
        try:
            findings += _check_contents(folder, manifest)
        except (MedAppError, OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            text = f"What the bundle holds cannot be read: {error}"
            findings.append(Finding("Contents", DIFFERS, text))
    return Verification(str(manifest["run"]), str(manifest["data_set"]), tuple(findings))


def _read_manifest(folder: Path, name: str) -> dict[str, Any]:
    remedy = "Choose a bundle.zip that MedApp wrote."
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = manifest["format"] == FORMAT and isinstance(manifest["files"], dict)
        version = int(manifest["version"])
        _ = manifest["run"], manifest["data_set"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(f"{name} is no bundle: {MANIFEST} is missing or damaged.", remedy) from error
    if not known:
        raise RunError(f"{name} is no bundle of MedApp.", remedy)
    if version > VERSION:
        raise RunError(f"{name} was written by a newer MedApp.", "Update MedApp, then try again.")
    return dict(manifest)


def _check_hashes(folder: Path, names: Sequence[str], manifest: Mapping[str, Any]) -> Finding:
    said = manifest["files"]
    found = hash_contents({n: (folder / n).read_bytes() for n in names if n != MANIFEST})
    wrong = sorted(name for name in {*said, *found} if said.get(name) != found.get(name))
    if wrong:
        text = f"Changed, missing or added since the bundle was written: {_list(wrong)}."
        return Finding("Files", DIFFERS, text)
    return Finding("Files", HOLDS, f"All {len(found)} files have the SHA-256 of the manifest.")


def _check_contents(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    written = json.loads((folder / EVALUATION).read_text(encoding="utf-8"))
    kept = Evaluation.from_dict(written)
    if "resampled" in written:
        # What `counted` was called in older files.
        written["counted"] = written.pop("resampled")
    kept.check()
    task = find_task(kept.task)
    rows = read_table(folder / PREDICTIONS).to_pylist()
    split = load_split(folder / SPLIT, str(manifest["run"]))
    made = evaluate(*list_evidence(rows, kept.classes, task), kept.thresholds)
    yield _check_figures("Figures", written, made, kept.method)
    if (folder / DECIDED).exists():
        yield _check_decided(folder / DECIDED, kept, rows, task)
    yield _check_decisions(kept, rows, task)
    yield _check_judged(rows, split)
    yield from check_splits(folder, split)
    yield _check_fingerprints(split, manifest)
    yield _check_model(kept, manifest)


def _check_decided(
    path: Path, kept: Evaluation, rows: Sequence[Mapping[str, Any]], task: Task
) -> Finding:
    """The same of the figures by a locked threshold, which are those that the report shows."""
    title = "Figures by the locked threshold"
    values = json.loads(path.read_text(encoding="utf-8"))
    locked = read_locked({KEY: json.dumps(values["locked"])})
    if locked is None:
        return Finding(title, DIFFERS, f"{path.name} does not say which threshold is locked.")
    made = evaluate(
        *list_evidence(rows, kept.classes, task),
        decide=partial(locked.decide, classes=kept.classes),
    )
    return _check_figures(title, values["figures"], made, values["figures"]["method"])


def _check_figures(
    title: str, written: Mapping[str, Any], made: Evaluation, method: str
) -> Finding:
    """Every figure and interval beside those made again from the predictions."""
    is_of_now = method == METHOD
    pairs = pair_figures(written, made.to_dict(), with_intervals=is_of_now)
    wrong = [pair for pair in pairs if not pair.is_equal]
    if wrong:
        said = "; ".join(map(str, wrong[:SHOWN]))
        more = f"; and {len(wrong) - SHOWN:,} more" if len(wrong) > SHOWN else ""
        return Finding(title, DIFFERS, f"{len(wrong):,} values differ: {said}{more}.")
    number = f"{sum(isinstance(pair.kept, int | float) for pair in pairs):,} figures and counts"
    if not is_of_now:
        text = f"{number} are those of the predictions; intervals are of an older method."
        return Finding(title, UNTOLD, text)
    return Finding(title, HOLDS, f"{number}, intervals included, made again: all equal.")


def _check_decisions(kept: Evaluation, rows: Sequence[Mapping[str, Any]], task: Task) -> Finding:
    """The class that is written for each image is the one that its probabilities give."""
    import numpy as np

    probabilities = list_evidence(rows, kept.classes, task)[0].astype(np.float32)
    limits = np.array(kept.thresholds) if kept.thresholds else None
    said = [task.describe(one, kept.classes) for one in task.decide(probabilities, limits)]
    wrong = sum(row["prediction"] != one for row, one in zip(rows, said, strict=True))
    if wrong:
        text = f"For {wrong:,} of {len(rows):,} images the prediction is not that of its"
        return Finding("Predictions", DIFFERS, f"{text} probabilities.")
    return Finding("Predictions", HOLDS, f"All {len(rows):,} follow from their probabilities.")


def _check_judged(rows: Sequence[Mapping[str, Any]], split: Sequence[Mapping[str, Any]]) -> Finding:
    """The judged images are the test split, each with the label that it has there."""
    tests = sorted((r["content_hash"], r["label"]) for r in split if r["split"] == "test")
    judged = sorted((row["content_hash"], row["label"]) for row in rows)
    if tests != judged:
        odd = len(set(tests) ^ set(judged))
        text = (
            f"The judged images are not those of the test split: {odd:,} images or labels differ."
        )
        return Finding("Test split", DIFFERS, text)
    people = _pair_patients(rows, split)
    if not people:
        text = "Images have other patients in the predictions than in the split."
        return Finding("Test split", DIFFERS, text)
    text = f"The {len(rows):,} judged images are the test split, with its labels and patients."
    return Finding("Test split", HOLDS, text)


def _pair_patients(rows: Sequence[Mapping[str, Any]], split: Sequence[Mapping[str, Any]]) -> bool:
    """Whether both tables put the same images together; each may number patients by itself."""
    by_hash: dict[str, list[str | None]] = {}
    for row in split:
        if row["split"] == "test":
            by_hash.setdefault(row["content_hash"], []).append(row["patient"])
    pairs = {
        (row["patient"], by_hash[row["content_hash"]][0])
        for row in rows
        # Copies of one image may be of two patients, and nothing tells which is which.
        if len(set(by_hash[row["content_hash"]])) == 1
    }
    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    known = [pair for pair in pairs if pair != (None, None)]
    return len(set(ones)) == len(ones) == len(set(others)) and all(None not in p for p in known)


def _check_fingerprints(split: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any]) -> Finding:
    found = fingerprint_images(split), fingerprint_split(split)
    if found != (manifest.get("fingerprint"), manifest.get("split_fingerprint")):
        text = "The images or their splits are not those of the manifest's fingerprints."
        return Finding("Fingerprints", DIFFERS, text)
    text = f"The {len(split):,} images and their splits are those of the fingerprints."
    return Finding("Fingerprints", HOLDS, text)


def _check_model(kept: Evaluation, manifest: Mapping[str, Any]) -> Finding:
    judged, there = kept.computed.get("model_sha256"), manifest.get("model_sha256")
    if not judged or not there:
        return Finding("Model", UNTOLD, "Nothing notes which model made the figures.")
    if judged != there:
        text = "The figures are of another model than the one that the run had when this was made."
        return Finding("Model", DIFFERS, text)
    return Finding("Model", HOLDS, f"The figures are of the model with the SHA-256 {judged}.")


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
