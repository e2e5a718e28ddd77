"""MedApp from Python: the same steps as in the pages and in the shell.

    import medapp

    data = medapp.add_data("images/")                       # class-per-folder, registered in place
    run = medapp.train(data, strategy="fine-tune")          # blocks; medapp.train(...,
    on_event=print) tells what happens print(medapp.evaluate(run)["balanced_accuracy"])        # on
    the test part for prediction in medapp.predict(run, ["new.png"], method="gradcam"):
        print(prediction.label, prediction.probabilities)

The work is done in the workspace that `MEDAPP_HOME` names, else `~/.medapp`, and is seen in the
browser too.
"""

from medapp.session import add_data, evaluate, predict, resume, train

__version__ = "0.1.0"
__all__ = ["add_data", "evaluate", "predict", "resume", "train"]
