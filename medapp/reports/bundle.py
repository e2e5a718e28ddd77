"""A bundle: the report of a run and what its figures are made again from, in one zip.

Images and weights do not travel; both are known by their SHA-256. What would name a file, a patient
or a site stays here unless it is asked for (`runs/privacy.py`).
"""

import datetime
import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medapp.errors import RunError
from medapp.reports.card import write_card
from medapp.reports.data_facts import fingerprint_images, fingerprint_split
from medapp.reports.facts import Facts, gather_facts, hide_pictures
from medapp.runs.locking import find_locked
from medapp.runs.privacy import STRIPPED
from medapp.runs.results import EVALUATION, PREDICTIONS, load_predictions
from medapp.runs.run import Run
from medapp.runs.seen import SEEN
from medapp.runs.split_table import SPLIT, load_split, name_table
from medapp.store.files import open_replacing, write_bytes
from medapp.store.workspace import Workspace
from medapp.version import __version__

FORMAT = "medapp-bundle"
VERSION = 1
MANIFEST = "manifest.json"
RECIPE = "recipe.json"
DECIDED = "decided.json"  # the locked threshold, and the figures as it decides
HTML = "report.html"
MARKDOWN = "report.md"
BUNDLE = "bundle.zip"
FURTHER = "learned-{}.parquet"  # of a further data set that the run learned from
TIME = (1980, 1, 1, 0, 0, 0)  # of all files in the zip: equal contents give equal bytes
README = """This is the record of a run of MedApp: its report (report.html, report.md), its figures
(evaluation.json; decided.json by the locked threshold, where one decides), the probabilities behind
them (predictions.parquet), who was in which split (split.parquet), and the recipe. manifest.json
holds the SHA-256 of each file. Images and weights do not travel; both are known by their SHA-256.
To check it all without the images: medapp verify bundle.zip. For research only, not for diagnosis.

File names, patients and sites: {names}
"""


def write_report(
    workspace: Workspace,
    run: Run,
    to: Path,
    with_names: bool = False,
    with_images: bool = False,
) -> tuple[Path, ...]:
    """Write the report of a run.

    Args:
        to: a folder for `report.html`, `report.md` and, where the run was judged, `bundle.zip`; or
            one file that ends with .html, .md or .zip.
        with_names: file names, patients and sites travel in the bundle too.
        with_images: the worst failures stand in the report, small; never in the bundle.

    Returns:
        The files.

    Raises:
        RunError: the run has not begun, a file of it is damaged, or a bundle is asked for and there
            are no figures.
        WorkspaceError: the place may not be written.
    """
    facts = gather_facts(workspace, run, with_images)
    page, text = write_card(facts)
    # No image travels in a bundle.
    plain = write_card(hide_pictures(facts)) if with_images else (page, text)
    of_kind = {HTML: page.encode(), MARKDOWN: text.encode()}
    kinds = {Path(name).suffix: name for name in (*of_kind, BUNDLE)}
    wanted = {kinds[to.suffix]: to} if to.suffix in kinds else {n: to / n for n in kinds.values()}
    if to.suffix not in kinds and facts.evaluation is None:
        # Nothing is to be made again.
        del wanted[BUNDLE]
    for name, path in wanted.items():
        if name == BUNDLE:
            save_bundle(run, facts, plain, path, with_names)
        else:
            write_bytes(path, of_kind[name])
    return tuple(wanted.values())


def save_bundle(
    run: Run, facts: Facts, card: tuple[str, str], to: Path, with_names: bool = False
) -> Path:
    """Write a zip of a report and of what its figures are made again from.

    Args:
        card: HTML and Markdown.
        with_names: file names, patients and sites travel too.

    Raises:
        RunError: the run was not judged, or its predictions were not kept.
    """
    if facts.evaluation is None or not load_predictions(run):
        raise RunError(
            f"Run {run.name} has no figures with predictions behind them, so there is nothing to"
            " make again.",
            remedy="Judge it on its test split first.",
        )
    contents = {HTML: card[0].encode(), MARKDOWN: card[1].encode()}
    contents |= dict(_list_records(run, with_names))
    locked = find_locked(run)
    if locked is not None:
        decided = {"locked": locked.to_dict(), "figures": facts.evaluation.to_dict()}
        contents[DECIDED] = json.dumps(decided, indent=1, ensure_ascii=False).encode()
    names = "as they were." if with_names else "left out, or numbers."
    contents["README.txt"] = README.format(names=names).encode()
    manifest = _build_manifest(run, facts, contents, with_names)
    contents[MANIFEST] = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    with open_replacing(to) as file, zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, TIME)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return to


def hash_contents(contents: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file, by name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


def _list_records(run: Run, with_names: bool) -> Iterator[tuple[str, bytes]]:
    """The run's own files, under the names that they have in the bundle."""
    yield EVALUATION, run.find_part(EVALUATION).read_bytes()
    places = {
        PREDICTIONS: run.find_part(PREDICTIONS),
        SPLIT: run.find_part(SPLIT),
        RECIPE: run.folder / RECIPE,
        SEEN: run.folder / SEEN,
    }
    for domain in range(len(run.recipe.data.learned)):
        if domain != run.domain:
            places[FURTHER.format(domain)] = run.folder / name_table(domain)
    for name, path in places.items():
        if path.is_file():
            yield name, path.read_bytes() if with_names else STRIPPED[path.name](path)


def _build_manifest(
    run: Run, facts: Facts, contents: Mapping[str, bytes], with_names: bool
) -> dict[str, Any]:
    rows = load_split(run.find_part(SPLIT), run.name)
    return {
        "format": FORMAT,
        "version": VERSION,
        "medapp": __version__,
        "made": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "run": facts.run,
        "id": facts.id,
        "data_set": facts.data.name,
        "with_names": with_names,
        "model_sha256": facts.training.model_sha256,
        "start_sha256": facts.training.start.sha256,
        "images": len(rows),
        "fingerprint": fingerprint_images(rows),
        "split_fingerprint": fingerprint_split(rows),
        "files": hash_contents(contents),
    }
