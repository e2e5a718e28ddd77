"""The whole way of a run: data set → splits → inputs → training → evaluation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import psutil
import torch
from torch import Tensor

from medapp.data.catalog import Catalog
from medapp.data.samples import SPLITS, DataSet
from medapp.errors import RunError
from medapp.models.backbones import BACKBONES
from medapp.models.heads import save_with_head
from medapp.models.neighbours import NeighboursHead
from medapp.models.weights import build_network
from medapp.runs.caveats import add_caveats
from medapp.runs.evaluate import judge_at_end
from medapp.runs.events import PlanMade, Resumed, StateChanged, TestRead
from medapp.runs.finishing import Finishing
from medapp.runs.heads import describe_place, describe_start
from medapp.runs.inputs import InputLoader
from medapp.runs.judging import describe_computing, judge
from medapp.runs.learned import Learned, load_samples, save_samples
from medapp.runs.objective import build_objective
from medapp.runs.plan import find_network, plan_run
from medapp.runs.reporter import HeadReporter, Reporter, StopRequestedError
from medapp.runs.results import discard_evaluation, save_evaluation
from medapp.runs.run import Run
from medapp.runs.seen import save_earlier
from medapp.runs.speed import measure_speed
from medapp.store.cache import open_cache
from medapp.store.threads import count_cores
from medapp.store.workspace import Workspace
from medapp.task import find_task
from medapp.training.augmentation import AUGMENTATIONS
from medapp.training.examples import Examples, join_examples
from medapp.training.feed import Feed
from medapp.training.fit import Fit
from medapp.training.gradients import PARTS
from medapp.training.learner import Learner
from medapp.training.loop import Course, Loop
from medapp.training.machine.devices import open_fabric, synchronise_norms
from medapp.training.machine.memory import choose_parts
from medapp.training.machine.precision import choose_device, choose_precision, measure_room
from medapp.training.neighbours import Neighbours
from medapp.training.norms import list_norms
from medapp.training.objectives.anchored import Anchored
from medapp.training.objectives.table import DEFAULT, OBJECTIVES
from medapp.training.probe import Probe
from medapp.training.recipe import Recipe, write_settings
from medapp.training.recipe.groups import AUTO
from medapp.training.shares import count_shown, temper_shares
from medapp.training.strategies import STRATEGIES


class Sitting:
    """One sitting of a run: from its recipe, or its checkpoint, to its figures.

    Where several processes share a run, each has a sitting of its own and computes its share of
    every batch; only the first one writes.
    """

    def __init__(self, workspace: Workspace, run: Run, should_stop: Callable[[], bool]) -> None:
        self.workspace = workspace
        self.run = run
        self.recipe = run.recipe
        self.machine = run.machine
        # The data may have changed while the run was in the queue; later changes are not the run's.
        if not (run.folder / "split.parquet").exists():
            plan_run(workspace, self.recipe, self.machine)
        cores = count_cores()
        torch.set_num_threads(self.machine.threads or max(1, cores // self.machine.devices))
        device = choose_device(self.machine.device, self.machine.devices)
        self.precision = choose_precision(self.machine.precision, device, workspace)
        unfreezes = self.recipe.strategy.unfreezing > 0
        self.fabric = open_fabric(device, self.precision, self.machine.devices, unfreezes)
        self.reporter = Reporter(run, should_stop, is_silent=not self.fabric.is_global_zero)

    def do(self) -> bool:
        """Do all the work of the run that is left; False when asked to stop before the end.

        Raises:
            MedAppError: the run cannot go on; says why.
        """
        try:
            return self._do()
        except StopRequestedError:
            return False

    def _do(self) -> bool:
        learned, loader, training = self._prepare()
        home = learned[0]
        with self.fabric.rank_zero_first():
            self._resume(training)
        self.reporter.report(StateChanged(state="training"))
        if not training.run():
            return False
        images = (len(home.list_split("train")), len(training.validation))
        speed = measure_speed(self.recipe, loader, training, *images)
        if speed is not None:
            self.reporter.report(speed)
        self.reporter.report(StateChanged(state="evaluating"))
        self._finish(training, learned)
        self._evaluate(training, loader, home)
        self._evaluate_others(learned)
        return True

    def _prepare(self) -> tuple[list[Learned], InputLoader, Loop | Fit]:
        """Everything before the first step."""
        learned = self._choose_samples()
        home = learned[0]
        learner = self._build_learner(home.data_set)
        cache = open_cache(self.workspace)
        loader = InputLoader(self.recipe, learner, learned, cache, self.reporter)
        self._report_plan(learned, learner)
        self._say_idle(learner)
        train = loader.load_training()
        validation = loader.load(home.choosing, "validation")
        learner.standardise(train[0].inputs)
        if learner.strategy.starts_from_probe:
            self._fit_head(learner, home)
        # Kept features are those of the source as it was, so what makes them is not scaled.
        return learned, loader, self._build_training(learner, learned, train, validation)

    def build_training(self) -> Loop | Fit:
        """The run's training before its first step, of which nothing is kept."""
        return self._prepare()[-1]

    def _choose_samples(self) -> list[Learned]:
        """The run's data sets, with the samples that the run's first sitting saved."""
        catalog = Catalog(self.workspace)
        with self.fabric.rank_zero_first():
            if not (self.run.folder / "split.parquet").exists():
                save_samples(self.run, catalog)
                save_earlier(self.workspace, self.run)
        return load_samples(self.run, catalog)

    def _build_learner(self, data_set: DataSet) -> Learner:
        recipe = self.recipe
        network = build_network(
            recipe.find_source(),
            recipe.find_architecture(),
            data_set.classes,
            recipe.seed,
            self.workspace,
            find_task(recipe.data.task),
            recipe.start.normalisation,
        )
        # What MedApp knows needs no word; a person's own file does.
        if network.loaded is not None and recipe.find_source() not in BACKBONES:
            start = describe_start(self.workspace, recipe.find_source())
            self.reporter.say(f"{start} {network.loaded.describe()}".strip())
        strategy = recipe.find_strategy()
        if strategy.keeps_neighbours:
            features = network.head.in_features
            network.set_head(NeighboursHead(features, 0, len(network.classes), network.task))
        variation = recipe.find_variation()
        learner = Learner(network, strategy, variation, self.fabric, recipe.find_strategy_choice())
        if self.fabric.world_size > 1:
            synchronise_norms(learner.suffix)
        return learner

    def _fit_head(self, learner: Learner, home: Learned) -> None:
        """Fit the head, as a linear probe does, before anything else learns."""
        network = learner.network
        row = STRATEGIES["linear-probe"]
        frozen = Learner(network, row, AUGMENTATIONS["none"], self.fabric)
        cache = open_cache(self.workspace)
        loader = InputLoader(self.recipe, frozen, [home], cache, self.reporter)
        train = loader.load(home.list_split("train"), "train")
        validation = loader.load(home.choosing, "validation")
        frozen.standardise(train.inputs)
        objective = build_objective(self.recipe, DEFAULT, frozen, [home], [train])
        watcher = HeadReporter(self.run, self.reporter.should_stop, self.reporter.is_silent)
        fit = Probe(
            frozen, objective, train, validation, self.recipe.seed, watcher, lambda *_: None
        )
        if not fit.run():
            raise StopRequestedError("Stopped while the head was fitted.")
        frozen.settle_scale()
        network.requires_grad_(True)

    def _build_training(
        self,
        learner: Learner,
        learned: Sequence[Learned],
        train: Sequence[Examples],
        validation: Examples,
    ) -> Loop | Fit:
        """What makes the learner learn: a fit, or a loop of steps.

        Args:
            train: of each data set.
        """
        name = self.recipe.objective.name
        objective = build_objective(self.recipe, name, learner, learned, train)
        if self.recipe.objective.anchor and learner.strategy.learns_backbone:
            weight = self.recipe.objective.anchor
            objective = Anchored(objective, learner.suffix, weight, self.fabric.autocast)

        def save_best(state: dict[str, Tensor], epoch: int, extra: dict[str, Tensor]) -> None:
            # Figures of an earlier best epoch would be said of this one.
            discard_evaluation(self.run)
            learner.save(self.run.model_path, state, self._list_facts(self.recipe, epoch))
            if OBJECTIVES[name].has_heads:
                self._save_others(learned, epoch, extra)

        if learner.strategy.keeps_neighbours:
            return Neighbours(learner, train[0], validation, self.reporter, save_best)
        if learner.strategy.is_fitted:
            seed = self.recipe.seed
            return Probe(learner, objective, train[0], validation, seed, self.reporter, save_best)
        device = self.fabric.device
        # One after the other: the second takes what room the first leaves on the device.
        on_device = [
            replace(examples, inputs=examples.inputs.move_to(device, measure_room(device)))
            for examples in (join_examples(train), validation)
        ]
        batch_size = self.recipe.optimisation.batch_size
        sizes = [len(examples) for examples in train]
        feed = Feed(
            on_device[0],
            batch_size,
            self.recipe.seed,
            self.fabric.global_rank,
            self.fabric.world_size,
            reads_ahead=device.type != "cpu",
            further=temper_shares(batch_size, sizes, OBJECTIVES[name].temper),
            mixup=learner.augmentation.mixup,
            is_balanced=self.recipe.objective.balanced_sampling,
        )
        parts = self._choose_parts(sum(feed.further))
        return self.build_loop(
            Course(
                self.recipe,
                learner,
                objective,
                feed,
                on_device[1],
                self.run.checkpoint_path,
                self.reporter,
                save_best,
                parts,
            )
        )

    def build_loop(self, course: Course) -> Loop:
        """The loop of steps over what this sitting has made for it."""
        return Loop(course)

    def _list_facts(self, recipe: Recipe, epoch: int) -> dict[str, str]:
        """What a model's file says of its training."""
        asked = write_settings(recipe, self.machine)
        return {"precision": self.precision, "epoch": str(epoch), "recipe": asked}

    def _save_others(
        self, learned: Sequence[Learned], epoch: int, extra: Mapping[str, Tensor]
    ) -> None:
        """Write the models of the data sets after the first, each with its own head."""
        for domain, one in enumerate(learned[1:], start=1):
            # `SeveralTasks.extra` is the list of these heads.
            place = f"{domain - 1}."
            head = {n.removeprefix(place): t for n, t in extra.items() if n.startswith(place)}
            facts = self._list_facts(describe_place(self.recipe, domain), epoch)
            to = Run(self.run.folder, domain).model_path
            save_with_head(self.run.model_path, to, one.data_set.classes, head, facts)

    def _choose_parts(self, further: int) -> int:
        """How many parts a batch is computed in, to take at most four fifths of the free memory.

        Args:
            further: images a step of further data sets.
        """
        # A graphics card says when its memory runs out, and the loop then takes more parts.
        if self.fabric.device.type != "cpu":
            return 1
        network = find_network(self.workspace, self.recipe)
        available = round(0.8 * psutil.virtual_memory().available / self.fabric.world_size)
        own = choose_parts(self.recipe, self.machine, network, self.precision, available, further)
        parts = int(self.fabric.broadcast(own))
        if parts > 1:
            self.reporter.say(f"Memory is short: each batch is computed in {parts} parts. {PARTS}")
        return parts

    def _resume(self, training: Loop | Fit) -> None:
        """Go on from the checkpoint, if there is one; put a damaged one aside, with a message."""
        try:
            found = training.resume()
        except RunError as error:
            # Only the first process puts a checkpoint aside; the others come after it.
            if not self.fabric.is_global_zero:
                raise
            path = self.run.checkpoint_path
            path.rename(path.with_suffix(".damaged"))
            self.reporter.say(f"{error} Training starts again from the first epoch.")
            found = False
        self.reporter.report(Resumed(epoch=training.state.epoch, step=training.count_steps()))
        if found:
            self.reporter.say(f"Going on after epoch {training.state.epoch}.")

    def _report_plan(self, learned: Sequence[Learned], learner: Learner) -> None:
        counts = {split: len(learned[0].list_split(split)) for split in SPLITS}
        counts["validation"] = len(learned[0].choosing)
        batch_size = self.recipe.optimisation.batch_size
        # A step on a kept feature costs as much as one on an image of a network that learns whole.
        passes = 3.0 if learner.keeps_features else self.recipe.count_passes()
        sizes = [len(one.list_split("train")) for one in learned]
        passes *= self._count_shown(sizes) / max(1, sizes[0])
        is_fitted = learner.strategy.is_fitted
        plan = PlanMade(
            epochs=self.recipe.count_epochs(),
            steps_per_epoch=1 if is_fitted else -(-counts["train"] // batch_size),
            classes=list(learner.network.classes),
            batch_size=counts["train"] if is_fitted else batch_size,
            passes=passes,
            **counts,
            calibration=len(learned[0].calibrating),
            architecture=learner.network.architecture,
            parameters=sum(p.numel() for p in learner.suffix.parameters()),
            device=str(self.fabric.device),
            devices=self.fabric.world_size,
            precision=self.precision,
            threads=torch.get_num_threads(),
        )
        self.reporter.report(plan)

    def _count_shown(self, sizes: Sequence[int]) -> int:
        """How many images an epoch shows, of data sets with so many training images each."""
        batch_size = self.recipe.optimisation.batch_size
        temper = OBJECTIVES[self.recipe.objective.name].temper
        return count_shown(batch_size, sizes, temper)

    def _say_idle(self, learner: Learner) -> None:
        """Name the settings that were asked for and have no effect."""
        idle = self.recipe.list_idle()
        has_asked = self.recipe.strategy.norms != AUTO and "norms" not in idle
        if has_asked and not list_norms(learner.suffix):
            idle.append("norms")
        if idle:
            self.reporter.say(f"Settings without effect on this run: {', '.join(idle)}.")

    def _finish(self, training: Loop | Fit, learned: Sequence[Learned]) -> None:
        """Let each head learn how far its answers reach; then take over what that made of it."""
        # The first process has to have written the weights, and then the others read them.
        self.fabric.barrier()
        if self.fabric.is_global_zero:
            heads = learned if OBJECTIVES[self.recipe.objective.name].has_heads else learned[:1]
            cache = open_cache(self.workspace)
            asked = self.recipe.preprocess
            finishing = Finishing(cache, learned, asked, self.fabric, self.reporter)
            for domain, home in enumerate(heads):
                if home.role != "target":
                    finishing.finish(Run(self.run.folder, domain), home)
        self.fabric.barrier()
        training.learner.load(self.run.model_path)

    def _evaluate(self, training: Loop | Fit, loader: InputLoader, home: Learned) -> None:
        """Read the test split, once, with the weights of the best epoch."""
        data_set = home.data_set
        samples = home.list_split("test")
        if not samples:
            self.reporter.say("There are no test images, so nothing says how good the model is.")
            return
        self.reporter.report(TestRead(reason="end of the run"))
        test = loader.load(samples, "test")
        network = training.learner.network
        probabilities = network.task.activate(training.predict(test.inputs)).numpy()
        figures = judge(samples, probabilities, network.classes, network.task, network.thresholds)
        device = self.fabric.device.type
        computed = describe_computing(self.run.model_path, device, self.precision)
        evaluation = replace(figures, split="test", dataset=data_set.name, computed=computed)
        if self.fabric.is_global_zero:
            evaluation = add_caveats(self.workspace, self.run, evaluation, samples, data_set)
            save_evaluation(self.run, evaluation, samples, probabilities)

    def _evaluate_others(self, learned: Sequence[Learned]) -> None:
        """Read the test split of each further labelled data set, by the head that is its own."""
        if not (OBJECTIVES[self.recipe.objective.name].has_heads and self.fabric.is_global_zero):
            return
        for domain, one in enumerate(learned[1:], start=1):
            judge_at_end(self.workspace, Run(self.run.folder, domain), one, self.reporter)
