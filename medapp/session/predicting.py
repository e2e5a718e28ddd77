"""What a run's model says of new images."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from medapp.errors import ImageError
from medapp.runs.heads import find_head
from medapp.runs.known_files import mark_known
from medapp.runs.run import Run
from medapp.session.carrying import CarryingSession
from medapp.task import find_task

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction
    from medapp.prediction.patients import PatientPrediction
    from medapp.runs.siblings import Siblings


class PredictingSession(CarryingSession):
    """Runs of one workspace: what they say of images, and which training images are alike."""

    def predict(
        self,
        run: Run | str,
        images: Sequence[str | Path],
        method: str | None = None,
        class_name: str | None = None,
        head: str | None = None,
        answers_all: bool = False,
        against: str | None = None,
        stage: str | None = None,
    ) -> "Iterator[Prediction]":
        """Probabilities for each image, in order, and heatmaps where a method is named.

        A file that cannot be read gives a prediction whose `error` says why, and an image unlike
        all that the model learned from one whose `refusal` does; the others go on.

        Args:
            method: a key of `medapp.explanation.methods.METHODS`.
            class_name: the class that heatmaps explain; the predicted one where none is named.
            head: of a run that learned several data sets, the one whose classes are asked for.
            answers_all: give an answer for images unlike all that the model learned from, too.
            against: another class, so that heatmaps show why the one and not this.
            stage: the network's stage that heatmaps are read from, such as "layer3"; the method's
                own where none is named.

        Raises:
            RunError, WeightsError: there is no such run, or it has no model.
            ExplanationError: no such method, class or stage, or a stage without a method.
        """
        from medapp.prediction.files import predict_files
        from medapp.prediction.model import load_model

        found = find_head(self._find(run), head)
        model = load_model(found.require_model())
        files = [Path(image) for image in images]
        asked = (method, class_name, None, answers_all, against, stage)
        return mark_known(found, predict_files(model, files, *asked))

    def find_siblings(
        self, run: Run | str, image: str | Path, most: int = 5, head: str | None = None
    ) -> "Siblings":
        """The training images that a model sees most alike to an image, of two classes.

        Those of the two likeliest classes, the nearest first.

        Args:
            most: of each class.
            head: as in `predict`.

        Raises:
            ImageError: the image cannot be read.
            RunError, WeightsError, DataError: there is no such run, it has no model, or the images
                that it learned from are gone.
        """
        from medapp.prediction.files import predict_files
        from medapp.prediction.model import load_model
        from medapp.runs.siblings import find_siblings

        found = find_head(self._find(run), head)
        model = load_model(found.require_model())
        (prediction,) = predict_files(model, [Path(image)], answers_all=True)
        if prediction.pixels is None:
            raise ImageError(prediction.error or f"{image} cannot be read.")
        likeliest = prediction.list_likeliest()
        return find_siblings(self.workspace, found, model, prediction.pixels, likeliest, most)

    def predict_patients(
        self,
        run: Run | str,
        images: Sequence[str | Path],
        patient_pattern: str,
        head: str | None = None,
    ) -> "list[PatientPrediction]":
        """One answer a patient: the mean of the probabilities of his or her images.

        Files that cannot be read, and images that are not answered, are left out.

        Args:
            patient_pattern: a regular expression that finds the patient in a file's name, or else
                in its path.
            head: as in `predict`.

        Raises:
            DataError: the pattern is no regular expression, or is found in no name.
            RunError, WeightsError: there is no such run, or it has no model.
        """
        from medapp.prediction.job import build_row
        from medapp.prediction.patients import combine_patients

        found = find_head(self._find(run), head)
        rows = [build_row(prediction) for prediction in self.predict(found, images)]
        task = find_task(found.recipe.data.task)
        return combine_patients(rows, patient_pattern, task, found.find_classes())
