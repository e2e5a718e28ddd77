"""MedApp from Python: the same steps as in the pages and in the shell.

    import medapp

    data = medapp.add_data("images/")                  # a folder a class, registered in place
    run = medapp.train(data, strategy="fine-tune")     # waits; on_event=print tells what happens
    print(medapp.evaluate(run).balanced_accuracy)      # on the test split
    for prediction in medapp.predict(run, ["new.png"], method="gradcam"):
        print(prediction.refusal or prediction.label, prediction.probabilities)

The work is done in the workspace that `MEDAPP_HOME` names, else `~/.medapp`, and is seen in the
browser too; `medapp.open(folder)` gives the same steps in another workspace.
"""

import logging

from medapp.data.containers.slices import SliceChoice
from medapp.data.importing.choice import ImportChoice
from medapp.data.layouts.roles import Asked, TableChoice
from medapp.data.samples import DataSet, Sample
from medapp.errors import (
    ArchiveError,
    DataError,
    ExplanationError,
    ImageError,
    MedAppError,
    RecipeError,
    RunError,
    WeightsError,
    WorkspaceError,
)
from medapp.evaluation.evaluation import Evaluation
from medapp.runs.run import Run
from medapp.session import (
    Session,
    add_data,
    evaluate,
    find_operating_point,
    open,
    predict,
    report_patient,
    resume,
    train,
)
from medapp.training.recipe import Machine, Recipe
from medapp.version import __version__ as __version__

logging.getLogger("medapp").addHandler(logging.NullHandler())
__all__ = [
    "ArchiveError",
    "Asked",
    "DataError",
    "DataSet",
    "Evaluation",
    "ExplanationError",
    "ImageError",
    "ImportChoice",
    "Machine",
    "MedAppError",
    "Recipe",
    "RecipeError",
    "Run",
    "RunError",
    "Sample",
    "Session",
    "SliceChoice",
    "TableChoice",
    "WeightsError",
    "WorkspaceError",
    "add_data",
    "evaluate",
    "find_operating_point",
    "open",
    "predict",
    "report_patient",
    "resume",
    "train",
]
