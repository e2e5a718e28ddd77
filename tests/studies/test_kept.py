"""What a study says is read again only where its files changed."""

from dataclasses import dataclass
from pathlib import Path

from medapp.store.workspace import Workspace
from medapp.studies.kept import find_kept


@dataclass(frozen=True)
class Answer:
    number: int
    is_over: bool


def test_an_answer_is_kept_until_a_file_changes(workspace: Workspace, tmp_path: Path) -> None:
    figures = workspace.runs_folder / "one" / "evaluation.json"
    figures.parent.mkdir(parents=True)
    figures.write_text("1")
    asked: list[Answer] = []

    def ask(is_over: bool, *runs: str) -> int:
        def read() -> Answer:
            asked.append(Answer(len(asked), is_over))
            return asked[-1]

        return find_kept(workspace, "study", runs, read).number

    assert [ask(False, "one"), ask(False, "one")] == [0, 1]  # under way: read each time
    assert [ask(True, "one"), ask(True, "one")] == [2, 2]
    figures.write_text("22")
    assert [ask(True, "one"), ask(True, "one")] == [3, 3]
    assert ask(True, "one", "two") == 4  # another run
    figures.unlink()
    assert ask(True, "one", "two") == 5
