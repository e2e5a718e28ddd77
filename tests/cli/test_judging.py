"""`medapp evaluate` with a threshold and groups."""

import pytest
from cli.test_cli import ask, medapp
from conftest import Trained
from runs.test_failures import set_probabilities

from medapp.runs.making import find_run


def test_a_prevalence_asks_for_ppv_and_npv(trained: Trained) -> None:
    values = ask("evaluate", trained.run, "--at-prevalence", "0.04")
    assert values["operating"]["prevalence"] == 0.04
    assert values["operating"]["choice"] is None
    assert values["probability"]["n"] == values["n"]
    assert values["subgroups"] is None
    elsewhere = ask("evaluate", trained.run, "--data", "bands", "--positive", "above")
    assert elsewhere["operating"]["n"] == elsewhere["n"] == 32
    assert elsewhere["operating"]["finding"] == "above"
    assert ask("evaluate", trained.run)["operating"] is None
    assert "Threshold for below" in medapp("evaluate", trained.run, "--per-patient")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("--operating", "best"), 1),
        (("--positive", "nodule"), 1),
        (("--at-prevalence", "0"), 1),
        (("--at-prevalence", "4"), 2),
        (("--by", "sex"), 1),
        (("--by", "sex", "--data", "bands"), 2),
        (("--by", "sex", "--split", "validation"), 2),
        (("--operating", "youden", "--split", "validation"), 2),
        (("--failures", "3", "--data", "bands"), 2),
        (("--failures", "-1"), 2),
    ],
)
def test_what_cannot_be_judged_is_refused(
    trained: Trained, asked: tuple[str, ...], code: int
) -> None:
    medapp("evaluate", trained.run, *asked, code=code)


def test_failures_are_told_with_what_they_share(trained: Trained) -> None:
    set_probabilities(find_run(trained.workspace, trained.run), [0.4, 0.9, 0.95, 0.2])
    failures = ask("evaluate", trained.run, "--failures", "1")["failures"]
    (worst,) = failures["worst"]
    assert (worst["label"], worst["prediction"]) == ("below", "above")
    assert worst["probability"] == pytest.approx(0.95)
    assert worst["file"].endswith(worst["name"])
    assert failures["pairs"] == {"above → below": 1, "below → above": 1}
    assert failures["patterns"]["in_words"].startswith("2 of 4 test images are wrong")
    said = medapp("evaluate", trained.run, "--failures", "2")
    assert "Failures. 2 of 4 test images are wrong" in said
    assert said.count("below → above") == 1
    assert ask("evaluate", trained.run)["failures"] is None
