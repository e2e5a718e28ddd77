"""Rules for thresholds as people write them."""

import re

import pytest

from medapp.errors import RecipeError
from medapp.evaluation.rules import WAYS, Rule, read_rule


def test_rules_are_read_as_people_write_them() -> None:
    expected = {
        "sensitivity>=0.95": Rule("sensitivity", 0.95),
        "Sensitivity ≥ 95 %": Rule("sensitivity", 0.95),
        "specificity=0.9": Rule("specificity", 0.9),
        "youden": Rule("youden"),
        " cost = 10 ": Rule("cost", 10.0),
        "cost=0.5": Rule("cost", 0.5),
    }
    for text, rule in expected.items():
        assert read_rule(text) == rule, text


@pytest.mark.parametrize(
    "text",
    [
        *("", "best", "auroc>=0.9", "0.5"),
        *("sensitivity>=", "sensitivity>=1.2", "sensitivity>=0", "sensitivity>=1.2.3"),
        *("cost=0", "cost=-1", "cost=1.2.3"),
    ],
)
def test_what_is_no_rule_is_refused_with_examples(text: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(WAYS)):
        read_rule(text)
