"""The model that Predict begins with."""

from medapp.runs.learning import Learning
from medapp.runs.summary import Summary
from medapp.ui.predict.ranking import rank_models


def build_summary(id: str, validation: float, level: str = "") -> Summary:
    notes = [{"code": "leak", "text": "t", "level": level, "remedy": ""}] if level else []
    return Summary(
        id=id,
        name=id,
        state="done",
        has_model=True,
        data_set_id="u",
        data_set="x",
        source="bundled",
        strategy="fine-tune",
        image_size=64,
        batch_size=16,
        optimiser="adamw",
        seed=0,
        devices=1,
        classes=("a", "b"),
        figures={"task": "single-label", "notes": notes},
        test_reads=1,
        forwards_per_second=None,
        damage=None,
        learning=Learning(figures={"balanced_accuracy": validation}),
    )


def test_folds_come_after_models_and_grave_notes_after_both() -> None:
    models = [
        build_summary("fold", 0.99),
        build_summary("good", 0.9),
        build_summary("leaking", 1.0, "grave"),
        build_summary("best", 0.95),
    ]
    assert [m.id for m in rank_models(models, {"fold"})] == ["best", "good", "fold", "leaking"]
