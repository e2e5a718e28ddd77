"""Predictions for pages: one image with its heatmap, and jobs over many files.

Models are kept in memory, and jobs go on when the page is left. What needs torch is imported when
it is used, so that a page opens without torch.
"""

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from medapp.data.layouts.listing import list_files, list_folder, list_images
from medapp.prediction.job import PredictionJob
from medapp.runs.known_files import mark_known
from medapp.runs.run import Run
from medapp.ui.shell.server import hold_uploads, open_run, open_workspace

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction
    from medapp.prediction.model import Model

WAIT_SECONDS = 1.5  # for a job that is started: one that ends sooner shows no progress
MOST_JOBS = 4  # that are kept in memory with their rows


class JobKey(NamedTuple):
    """What a job is found by: the run, when its model was saved, the folder, and which head."""

    run_id: str
    saved: int
    folder: Path
    domain: int = 0


def load_model(run: Run) -> "Model":
    """A run's model; the last few are kept in memory."""
    return _load_model(run.id, run.domain, run.model_path.stat().st_mtime_ns)


@st.cache_resource(max_entries=3, show_spinner="Loading the model")
def _load_model(run_id: str, domain: int, changed: int) -> "Model":
    from medapp.prediction.model import load_model

    return load_model(open_run(run_id, domain).require_model())


def predict_image(
    run: Run,
    path: Path,
    method: str,
    class_name: str | None,
    frame: int | None = None,
    answers_all: bool = False,
    against: str | None = None,
    stage: str | None = None,
) -> "Prediction":
    """The prediction for one image, with a heatmap for a class: the predicted one for None.

    Args:
        frame: which frame of a file with several, from 0; None for the first that shows something.
        answers_all: answer for an image unlike all that the model learned from, too.
        against: another class that the heatmap contrasts the one with.
        stage: that the heatmap is read from; the method's own for None.
    """
    return _predict_image(
        run.id,
        run.domain,
        run.model_path.stat().st_mtime_ns,
        str(path),
        path.stat().st_mtime_ns,
        method,
        class_name,
        frame,
        answers_all,
        against,
        stage,
    )


@st.cache_data(max_entries=64, show_spinner="Predicting")
def _predict_image(
    run_id: str,
    domain: int,
    changed: int,
    path: str,
    saved: int,
    method: str,
    class_name: str | None,
    frame: int | None,
    answers_all: bool,
    against: str | None,
    stage: str | None,
) -> "Prediction":
    from medapp.prediction.files import predict_files

    model = _load_model(run_id, domain, changed)
    asked = (method, class_name, frame, answers_all, against, stage)
    found = predict_files(model, [Path(path)], *asked)
    return next(mark_known(open_run(run_id, domain), found))


@st.cache_resource(show_spinner=False)
def hold_jobs() -> dict[JobKey, PredictionJob]:
    """The jobs of this server, oldest first; all who open a page see the same ones."""
    return {}


def name_job(run: Run, folder: Path) -> JobKey:
    """What the job that predicts a folder with a run's model is found by."""
    return JobKey(run.id, run.model_path.stat().st_mtime_ns, folder, run.domain)


def start_job(run: Run, folder: Path) -> PredictionJob:
    """Predict all images in a folder and below it, anew.

    Of the jobs that have ended only the last few are kept.

    Raises:
        DataError: there is no such folder, or no image in it.
    """
    # Each file that was uploaded gets a row, with the reason where it is no image.
    is_upload = folder.is_relative_to(open_workspace().uploads_folder)
    files = list_files(folder) if is_upload else list_images(folder)
    remarks = () if is_upload else list_folder(folder).describe_rest()
    job = PredictionJob(files, functools.partial(predict_in_job, run), remarks)
    jobs = hold_jobs()
    key = name_job(run, folder)
    before = jobs.pop(key, None)
    if before is not None:
        before.stop()
    ended = [other for other, known in list(jobs.items()) if known.state != "running"]
    for other in ended[: max(0, len(jobs) + 1 - MOST_JOBS)]:
        jobs.pop(other, None)
    jobs[key] = job
    job.start()
    job.wait(WAIT_SECONDS)
    return job


def forget_folder(folder: Path) -> None:
    """Delete a folder of uploads, and what is kept in memory of it."""
    for key in [k for k in list(hold_jobs()) if k.folder == folder]:
        hold_jobs().pop(key).stop()
    hold_uploads().forget(folder)
    st.cache_data.clear()


def predict_in_job(run: Run, files: Sequence[Path]) -> "Iterator[Prediction]":
    """Predictions for a job, which asks in a thread of its own: the model is loaded there."""
    from medapp.prediction.files import predict_files
    from medapp.prediction.model import load_model

    yield from mark_known(run, predict_files(load_model(run.require_model()), files))
