"""`medapp data flatter`: how much copies and patients in two splits flatter a figure."""

from typing import Any

from medapp.audit.flattery import Comparison, measure_flattery, write_comparison
from medapp.cli.output import AsJson, DataSetName, console, open_bar, print_json
from medapp.data.catalog import Catalog
from medapp.store.workspace import find_workspace


def flatter(name: DataSetName, as_json: AsJson = False) -> None:
    """How much does the leak flatter? One probe, on the split as it is and on the clean one.

    Nothing of the data set is changed.
    """
    workspace = find_workspace()
    data_set = Catalog(workspace).find_data_set(name)
    with open_bar() as bar:
        task = bar.add_task("Reading images", total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        found = measure_flattery(workspace, data_set, tell)
    if as_json:
        print_json(
            {
                "dataset": data_set.name,
                "moved": found.moved,
                "is_drawn_anew": found.is_drawn_anew,
                "test_images": list(found.judged),
                "figures": [_describe(comparison) for comparison in found.comparisons],
                "summary": found.describe(),
            }
        )
        return
    console.print(found.describe())
    for comparison in found.comparisons:
        console.print(f"    {write_comparison(comparison)}")
    if found.moved:
        console.print(f"    {found.describe_splits()}")


def _describe(comparison: Comparison) -> dict[str, Any]:
    sides = {"standing": comparison.standing, "clean": comparison.clean}
    return {
        "name": comparison.title,
        **{key: {"value": e.value, "interval": list(e.interval)} for key, e in sides.items()},
        "difference": {"value": comparison.difference, "interval": list(comparison.interval)},
    }
