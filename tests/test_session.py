"""MedApp from Python: a session works in its own folder, and the functions are a session's."""

import inspect
from pathlib import Path
from typing import Any

import pytest
from conftest import Trained, draw_picture, write_bands
from PIL import Image

import medapp
from medapp import session as session_module
from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, RELABEL, Change
from medapp.errors import MedAppError, RecipeError, WorkspaceError
from medapp.imaging.preprocess import Preprocess
from medapp.runs.events import Event, StateChanged
from medapp.runs.making import create_run
from medapp.session import Session

SMALL = {"strategy": "linear-probe", "image_size": 32, "epochs": 2, "batch_size": 8}
MACHINE = {"precision": "float32", "threads": 1}


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session in a folder that is not the usual workspace."""
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "usual"))
    return medapp.open(tmp_path / "study")


def test_what_is_public_is_there_and_says_what_it_is() -> None:
    assert medapp.__all__ == sorted(medapp.__all__)
    for name in medapp.__all__:
        assert inspect.getdoc(getattr(medapp, name)), name


def test_nothing_else_public_is_imported() -> None:
    seen = {name for name, value in vars(medapp).items() if not name.startswith("_")}
    modules = {name for name in seen if inspect.ismodule(getattr(medapp, name))}
    assert seen - modules == set(medapp.__all__)


@pytest.mark.parametrize("name", ["add_data", "train", "resume", "evaluate", "predict"])
def test_a_function_asks_for_what_its_method_asks_for(name: str) -> None:
    function = inspect.signature(getattr(session_module, name)).parameters
    method = inspect.signature(getattr(Session, name)).parameters
    assert list(function.values()) == list(method.values())[1:]


def test_a_session_works_in_its_own_folder(session: Session, tmp_path: Path) -> None:
    data = session.add_data(write_bands(tmp_path / "bands", 4))
    assert session.workspace.root == tmp_path / "study"
    assert session.list_data() == [data]
    assert session.find_data("bands") == session.find_data(data.uid) == data
    assert (tmp_path / "study" / "catalog.sqlite").is_file()
    assert medapp.open().list_data() == []  # the usual workspace knows nothing of this
    assert medapp.open(str(tmp_path / "study")).list_data() == [data]


def test_open_without_a_folder_is_the_usual_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "usual"))
    data = medapp.add_data(write_bands(tmp_path / "bands", 4))
    assert medapp.open().workspace.root == tmp_path / "usual"
    assert medapp.open().list_data() == [data]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "study").write_bytes(b"")
    with pytest.raises(WorkspaceError, match="cannot be made"):
        medapp.open(tmp_path / "study")


def test_the_whole_way_in_a_folder_of_its_own(session: Session, tmp_path: Path) -> None:
    data = session.add_data(write_bands(tmp_path / "bands"))
    seen: list[Event] = []
    run = session.train(data, name="first", on_event=seen.append, **SMALL, **MACHINE)
    assert (run.state, run.name) == ("done", "first")
    states = [event.state for event in seen if isinstance(event, StateChanged)]
    assert states == ["queued", "preparing", "training", "evaluating", "done"]
    assert [each.id for each in session.list_runs()] == [run.id]
    evaluation = session.evaluate("first")
    assert evaluation == session.evaluate(run)
    assert (evaluation.split, evaluation.dataset) == ("test", "bands")
    assert session.evaluate(run, data=data).split == "all"
    assert session.evaluate(run, "validation").split == "validation"
    image = tmp_path / "bands" / "above" / "p00.png"
    (prediction,) = session.predict(run, [image])
    assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-5)
    path = session.export("first", tmp_path / "first.zip")
    other = medapp.open(tmp_path / "elsewhere")
    taken = other.import_run(path)
    assert [p.probabilities for p in other.predict(taken, [image])] == [prediction.probabilities]
    assert medapp.open().list_runs() == []


def test_functions_work_in_the_usual_workspace(trained: Trained) -> None:
    session = medapp.open()
    assert medapp.evaluate("probe") == session.evaluate("probe")
    image = trained.folder / "above" / "p00.png"
    by_function, by_method = (
        [prediction.probabilities for prediction in predict("probe", [image])]
        for predict in (medapp.predict, session.predict)
    )
    assert by_function == by_method


def test_a_stopped_run_is_resumed(trained: Trained) -> None:
    session = medapp.open()
    recipe, machine = session.build_settings("bands", **SMALL, **MACHINE)
    run = create_run(session.workspace, recipe, machine, "waiting")
    run.request_stop()
    assert session.resume("waiting").state == "done"


def test_settings_are_those_of_the_preset_and_what_is_said_beside_it(trained: Trained) -> None:
    session = medapp.open()
    data = session.find_data("bands")
    recipe, machine = session.build_settings(data, "thorough", epochs=7, threads=2)
    # The images are no larger than 64 px.
    assert (recipe.budget.epochs, recipe.preprocess.image_size) == (7, 64)
    assert recipe.budget.early_stopping == 10
    assert machine.threads == 2
    assert (recipe.data.train.id, recipe.data.train.name) == (data.uid, "bands")
    assert session.build_settings("bands") == session.build_settings(data)
    with pytest.raises(RecipeError, match="no preset"):
        session.build_settings(data, "thorogh")


def test_a_plan_is_made_before_anything_starts(trained: Trained) -> None:
    session = medapp.open()
    plan = session.plan("bands", **SMALL)
    assert sum(plan.counts.values()) == 32
    before = [run.id for run in session.list_runs()]
    with pytest.raises(RecipeError, match="Did you mean epochs"):
        session.train("bands", epoch=3)
    with pytest.raises(RecipeError, match="2 or more"):
        session.train("bands", batch_size=1)
    assert [run.id for run in session.list_runs()] == before


def test_what_is_not_there_is_said(session: Session) -> None:
    for ask in (
        lambda: session.find_data("x"),
        lambda: session.find_run("x"),
        lambda: session.train("x"),
        lambda: session.evaluate("x"),
        lambda: session.predict("x", []),
        lambda: session.resume("x"),
        lambda: session.export("x", "x.zip"),
        lambda: session.import_run("x.zip"),
        lambda: session.add_data("/nowhere/at/all"),
    ):
        with pytest.raises(MedAppError):
            ask()


def test_a_data_set_is_audited_and_its_split_made_clean(session: Session, tmp_path: Path) -> None:
    for i in range(12):
        for split, seed in (("train", i), ("test", 100 + i if i else 0)):
            path = tmp_path / "x" / split / "ab"[i % 2] / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(draw_picture(seed, 60, 60)).save(path)
    data = session.add_data(tmp_path / "x")
    found = session.audit(data, with_features=False)
    leak = next(finding for finding in found.findings if finding.kind == "leak")
    names = [[member.name for member in group.members] for group in leak.groups]
    assert names == [["test/a/0.png", "train/a/0.png"]]
    cleaned = session.make_clean_split("x")
    kinds = {finding.kind for finding in session.audit(cleaned, with_features=False).findings}
    assert "leak" not in kinds


def test_edits_are_made_listed_and_undone(session: Session, tmp_path: Path) -> None:
    for number, name in enumerate(["a/0", "a/1", "b/0", "b/1"]):
        path = tmp_path / "set" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_picture(number)).save(path)
    data = session.add_data(tmp_path / "set")
    catalog = Catalog(session.workspace)
    first, second = catalog.load_samples(data)[:2]
    data = session.edit(
        data, [Change(first.id, RELABEL, "b"), Change(second.id, LEAVE_OUT)], "seen"
    )
    kept = catalog.load_samples(data)
    assert (kept[0].name, kept[0].label) == (first.name, "b")
    assert len(kept) == 3
    log = session.list_edits(data.name)
    assert [(e.kind, e.reason, e.is_undone) for e in log] == [
        (LEAVE_OUT, "seen", False),
        (RELABEL, "seen", False),
    ]
    data = session.undo(data, [e.id for e in log])
    assert [s.label for s in catalog.load_samples(data)] == ["a", "a", "b", "b"]
    assert all(e.is_undone for e in session.list_edits(data))


def test_only_a_split_with_a_leak_can_flatter(session: Session, tmp_path: Path) -> None:
    for number, name in enumerate(["train/a", "train/b", "test/a", "test/b"]):
        path = tmp_path / "set" / name / f"{number}.png"
        path.parent.mkdir(parents=True)
        Image.fromarray(draw_picture(number)).save(path)
    clean = session.flatter(session.add_data(tmp_path / "set", "clean"))
    assert (clean.moved, clean.judged, clean.comparisons) == (0, (2, 2), ())
    copy = (tmp_path / "set/train/a/0.png").read_bytes()
    (tmp_path / "set/test/a/copy.png").write_bytes(copy)
    with pytest.raises(MedAppError, match="too few images"):
        session.flatter(session.add_data(tmp_path / "set", "leak"))


@pytest.mark.parametrize("preset", [None, "balanced"])
def test_what_is_kept_with_a_data_set_is_trained_with_unless_something_else_is_asked(
    session: Session, tmp_path: Path, preset: str | None
) -> None:
    data = session.add_data(write_bands(tmp_path / "bands", 4))
    kept = Preprocess(windows="lung", crop_borders=True)
    Catalog(session.workspace).set_preprocess(data, kept)

    def prepare(**asked: Any) -> Preprocess:
        return session.build_settings("bands", preset, image_size=64, **asked)[0].preprocess

    assert prepare() == kept.model_copy(update={"image_size": 64})
    assert prepare(windows="bone").windows == "bone"
    assert prepare(windows="bone").crop_borders
    assert prepare(windows="").windows == ""
    assert prepare(**{"preprocess.windows": "bone"}).windows == "bone"
    assert prepare(preprocess={"windows": "bone"}).windows == "bone"
    assert not prepare(preprocess=Preprocess()).crop_borders
