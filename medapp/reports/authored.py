"""What the author of a study answers where records cannot: kept with the run, item by item.

What this module does not know: which items there are.
"""

import json
from collections.abc import Mapping

from medapp.errors import RunError
from medapp.runs.run import Run
from medapp.store.files import write_bytes

ANSWERS = "answers.json"
Answers = Mapping[str, Mapping[str, str]]  # checklist to number of an item to words


def load_answers(run: Run) -> Answers:
    """The author's answers; empty where nobody gave one.

    Raises:
        RunError: the file is damaged.
    """
    path = run.folder / ANSWERS
    if not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(checklist): {str(number): str(text) for number, text in each.items()}
            for checklist, each in values.items()
        }
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise RunError(
            f"The answers that were kept with run {run.name} are damaged.",
            remedy=f"Mend or delete {ANSWERS} in its folder.",
        ) from error


def save_answers(run: Run, checklist: str, answers: Mapping[str, str]) -> None:
    """Put answers beside those that are kept; an empty one takes the item's answer away.

    Args:
        answers: number of an item to words.

    Raises:
        RunError: another process works on the run.
    """
    with run.lock():
        kept = {name: dict(each) for name, each in load_answers(run).items()}
        said = {number: " ".join(text.split()) for number, text in answers.items()}
        merged = {**kept.get(checklist, {}), **said}
        kept[checklist] = {number: text for number, text in merged.items() if text}
        text = json.dumps(kept, indent=1, ensure_ascii=False)
        write_bytes(run.folder / ANSWERS, text.encode())
