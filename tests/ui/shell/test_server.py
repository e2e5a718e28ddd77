"""What a server process holds."""

import gc

from medapp.ui.shell import server


def test_what_torch_brings_is_not_looked_at_by_each_collection() -> None:
    server.warm_up().join()
    try:
        assert gc.get_freeze_count() > 100_000
    finally:
        gc.unfreeze()
        server.warm_up.clear()
