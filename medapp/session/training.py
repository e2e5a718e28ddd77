"""What can be done with the runs of a workspace."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from medapp.data.preprocessing import load_preprocess, write_preprocess
from medapp.data.samples import DataSet
from medapp.errors import RecipeError, RunError
from medapp.evaluation.evaluation import Evaluation
from medapp.runs.events import Event
from medapp.runs.heads import find_head, list_heads
from medapp.runs.locking import find_locked
from medapp.runs.making import create_run, find_run, list_runs
from medapp.runs.plan import Plan, plan_run
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor
from medapp.session.data import DataSession
from medapp.settings import Group
from medapp.studies.time import fit_preset
from medapp.training.objectives.table import find_adaptation
from medapp.training.recipe import DataChoice, Machine, Recipe, build_settings
from medapp.training.recipe.presets import find_preset

if TYPE_CHECKING:
    from medapp.store.job import Tell
    from medapp.training.rate_range import RateRange

OnEvent = Callable[[Event], None]


class TrainingSession(DataSession):
    """Runs of one workspace: trained and judged."""

    def list_runs(self) -> list[Run]:
        """All runs that can be used, newest first."""
        return list_runs(self.workspace)

    def find_run(self, name: str) -> Run:
        """The run of this name or id.

        Raises:
            RunError: there is none.
        """
        return find_run(self.workspace, name)

    def build_settings(
        self,
        data: DataSet | str,
        preset: str | None = None,
        *,
        target: DataSet | str | None = None,
        adaptation: str | None = None,
        sources: Sequence[DataSet | str] = (),
        **settings: Any,
    ) -> tuple[Recipe, Machine]:
        """The recipe and the machine's settings that `train` would make of the same arguments.

        What is kept with the data set from file to square (windows, crops) is taken over; a setting
        that is given here wins.

        Args:
            sources: further labelled data sets that the same backbone learns from, each with a head
                of its own.
            target: another hospital's images, whose labels are not read.
            adaptation: how the network is adapted to them: a key of
                `medapp.training.objectives.table.list_adaptations()`.

        Raises:
            RecipeError: a setting is wrong, or there is no such preset.
            DataError: there is no such data set.
        """
        choices = [self._choose(data, "train"), *(self._choose(one, "source") for one in sources)]
        if target is not None:
            choices.append(self._choose(target, "target"))
        if sources and adaptation is None:
            settings = {"objective": "several-tasks", **settings}
        if adaptation is not None:
            settings["objective"] = _join_objective(settings.get("objective"), adaptation)
        found = self._find_data(data)
        kept = write_preprocess(load_preprocess(found))
        settings = {**{f"preprocess.{name}": value for name, value in kept.items()}, **settings}
        if preset:
            rest = choices[1:]
            settings = fit_preset(self.workspace, found, find_preset(preset), settings, rest)
        return build_settings({**settings, "data": {"choices": tuple(choices)}})

    def _choose(self, data: DataSet | str, role: str) -> DataChoice:
        found = self._find_data(data)
        return DataChoice(id=found.uid, name=found.name, role=role)

    def plan(self, data: DataSet | str, preset: str | None = None, **settings: Any) -> Plan:
        """Whether a training can work, and about how long it takes and how much memory.

        Raises:
            RecipeError: the training cannot work; says why and what to change.
        """
        return plan_run(self.workspace, *self.build_settings(data, preset, **settings))

    def train(
        self,
        data: DataSet | str,
        *,
        name: str | None = None,
        preset: str | None = None,
        on_event: OnEvent | None = None,
        **settings: Any,
    ) -> Run:
        """Train in a child process and wait for the end; Ctrl-C stops it and keeps the best model.

        Args:
            preset: a key of `medapp.training.recipe.presets.PRESETS` to begin with.
            settings: by their own name, such as `strategy="linear-probe", epochs=10`; `sources`,
                `target` and `adaptation` as in `build_settings`.

        Returns:
            The run, whose `state` is "done" or "stopped".

        Raises:
            RecipeError: a setting is wrong, or cannot work on these data.
            RunError: the training failed; says why.
        """
        recipe, machine = self.build_settings(data, preset, **settings)
        plan_run(self.workspace, recipe, machine)
        return self._run_to_end(create_run(self.workspace, recipe, machine, name), on_event)

    def find_rate(
        self,
        data: DataSet | str,
        *,
        preset: str | None = None,
        on_progress: "Tell | None" = None,
        **settings: Any,
    ) -> "RateRange":
        """Try ever higher learning rates on the training that `train` would do; nothing is kept.

        At most a hundred steps on training images; no validation or test image is asked.

        Args:
            settings: as for `train`.
            on_progress: called with what is done, how much of it, and how much there is of it.

        Returns:
            The losses at each rate, and the rate they suggest, or why they suggest none.

        Raises:
            RecipeError: a setting is wrong, or the strategy takes no steps.
            RunError: a run is under way on this machine.
        """
        from medapp.runs.rate import find_rate

        recipe, machine = self.build_settings(data, preset, **settings)
        return find_rate(self.workspace, recipe, machine, on_progress)

    def resume(self, run: Run | str, on_event: OnEvent | None = None) -> Run:
        """Go on with a stopped, failed or interrupted run from its checkpoint, and wait for it.

        Raises:
            RunError: the run is done or under way, or the training failed.
        """
        found = self._find(run)
        found.request_resume()
        return self._run_to_end(found, on_event)

    def evaluate(
        self,
        run: Run | str,
        split: str = "test",
        data: DataSet | str | None = None,
        head: str | None = None,
    ) -> Evaluation:
        """Figures with 95% intervals on one of a run's splits, or on all of another data set.

        The figures on the test split are kept: the split is read once. Where a threshold is locked,
        they are those of its decisions, and a note says so.

        Args:
            split: "test" or "validation"; of no effect where `data` is given.
            data: another data set with the same classes (external validation).
            head: of a run that learned several data sets, the one whose head is judged, on its own
                splits; the run's first where none is named.

        Raises:
            RunError: the run has no model or no such head, or its images have changed.
            DataError: the other data set has other classes.
        """
        from medapp.runs.decided import apply_lock
        from medapp.runs.evaluate import examine_run

        other = data.uid if isinstance(data, DataSet) else data
        found = find_head(self._find(run), head)
        return apply_lock(find_locked(found), *examine_run(self.workspace, found, split, other))

    def load_figures(self, run: Run | str) -> dict[str, Evaluation | None]:
        """The figures on the test split of each data set that a run has a head for, by its name.

        None where it was not judged. Nothing is computed.

        Raises:
            RunError: a file is damaged.
        """
        heads = list_heads(self._find(run))
        from medapp.runs.decided import load_decided

        return {name: load_decided(head) for name, head in heads.items()}

    def _find(self, run: Run | str) -> Run:
        return run if isinstance(run, Run) else self.find_run(run)

    def _run_all(self, runs: Sequence[Run], on_event: OnEvent | None) -> None:
        """Work on runs one after the other; where one is stopped, those that wait are too."""
        for number, run in enumerate(runs, start=1):
            if self._run_to_end(run, on_event).state != "done":
                for other in runs[number:]:
                    other.request_stop()
                break

    def _run_to_end(self, run: Run, on_event: OnEvent | None) -> Run:
        supervisor = Supervisor(self.workspace, only=run)

        def pass_on(event: Event) -> None:
            if on_event is not None:
                on_event(event)

        try:
            state = supervisor.run_to_end(pass_on)
        except KeyboardInterrupt:
            run.request_stop()
            state = supervisor.run_to_end(pass_on)
        if state == "failed":
            raise RunError(f"Run {run.name} failed: {run.find_last_state().reason or ''}")
        return run


def _join_objective(asked: Any, adaptation: str) -> Any:
    """The objective of a run that is adapted, with what else was asked of it.

    Raises:
        RecipeError: there is no such method, or another objective was asked for.
    """
    method = find_adaptation(adaptation)
    values = dict(asked) if isinstance(asked, Group | Mapping) else {}
    named = values.get("name", method) if values else asked or method
    if named != method:
        raise RecipeError(
            f"The objective {named} and the adaptation {method} were asked for, and a run has one"
            " objective.",
            remedy="Leave one of them out.",
            setting="adaptation",
        )
    return {**values, "name": method} if values else method
