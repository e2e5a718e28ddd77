"""Settings from file to square are kept with a data set."""

from conftest import Trained

from medapp.data.catalog import Catalog
from medapp.data.preprocessing import describe_preprocess, describe_taken, load_preprocess
from medapp.imaging.preprocess import Preprocess


def test_settings_are_kept_without_the_image_size(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    data_set = catalog.find_data_set("bands")
    assert load_preprocess(data_set) == Preprocess()
    chosen = Preprocess(image_size=256, windows="lung, 40/300", crop_borders=True)
    kept = catalog.set_preprocess(data_set, chosen)
    assert catalog.find_data_set("bands") == kept
    assert load_preprocess(kept) == Preprocess(windows="lung, 40/300", crop_borders=True)
    assert kept.reading["sentences"] == data_set.reading["sentences"]
    again = catalog.set_preprocess(kept, Preprocess())
    assert load_preprocess(again) == load_preprocess(catalog.find_data_set("bands")) == Preprocess()


def test_what_a_training_took_over_is_said_and_what_it_did_not_is_not(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    data_set = catalog.find_data_set("bands")
    windows = Preprocess(windows="lung, 40/300")
    both = windows.model_copy(update={"crop_borders": True})
    assert describe_preprocess(Preprocess(image_size=64)) == ""
    kept = catalog.set_preprocess(data_set, both)
    try:
        assert describe_taken(kept, both) == f"As kept with bands: {describe_preprocess(both)}."
        assert describe_taken(kept, windows) == (
            f"As kept with bands: {describe_preprocess(windows)}."
        )
        assert describe_taken(kept, Preprocess()) == ""
    finally:
        catalog.set_preprocess(kept, Preprocess())
    assert describe_taken(data_set, both) == ""
