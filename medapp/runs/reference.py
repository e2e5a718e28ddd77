"""`reference.json`: how sure a model was of each class on its own test images.

Means over many images, so that another hospital can tell whether probabilities mean the same there
without a row of anybody's. A run that has its predictions works them out from these.
"""

import json
from collections.abc import Mapping

from medapp.errors import RunError
from medapp.evaluation.case import build_case
from medapp.evaluation.elsewhere.measuring import describe_sureness
from medapp.evaluation.predictive import Rate, read_rate
from medapp.runs.results import Evidence, load_evidence
from medapp.runs.run import Run

REFERENCE = "reference.json"


def find_reference(run: Run) -> dict[str, Rate]:
    """Class → the mean probability of the class on its own test images; empty where not known.

    Raises:
        RunError: the file, or the predictions, are damaged.
    """
    path = run.find_part(REFERENCE)
    if path.is_file():
        return read_reference(path.read_bytes(), run.name)
    evidence = load_evidence(run)
    return {} if evidence is None else measure_reference(evidence)


def measure_reference(evidence: Evidence) -> dict[str, Rate]:
    """The same from predictions, of classes that two patients or images show."""
    probabilities, targets, classes, groups, task = evidence
    found = describe_sureness(build_case(probabilities, targets, classes, task), groups)
    return {name: rate for name, rate in zip(classes, found, strict=True) if rate is not None}


def write_reference(reference: Mapping[str, Rate]) -> bytes:
    """As JSON."""
    values = {n: {"value": r.value, "interval": r.interval} for n, r in reference.items()}
    return json.dumps({"sureness": values}, indent=1, ensure_ascii=False).encode()


def read_reference(content: bytes, run_name: str) -> dict[str, Rate]:
    """The inverse of `write_reference`.

    Raises:
        RunError: it is damaged.
    """
    try:
        rates = {str(n): read_rate(r) for n, r in json.loads(content)["sureness"].items()}
        return {name: rate for name, rate in rates.items() if rate is not None}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(
            f"{REFERENCE} of run {run_name} is damaged.",
            remedy="Delete the run, and import it again.",
        ) from error
