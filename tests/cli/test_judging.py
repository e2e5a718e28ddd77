"""`medapp evaluate` with a threshold and groups."""

import pytest
from cli.test_cli import ask, medapp
from conftest import Trained


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
    ],
)
def test_what_cannot_be_judged_is_refused(
    trained: Trained, asked: tuple[str, ...], code: int
) -> None:
    medapp("evaluate", trained.run, *asked, code=code)
