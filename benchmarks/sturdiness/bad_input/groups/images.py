"""Bad images, and data sets of them."""

import json

from benchmarks.sturdiness.bad_input.arena import Arena, call_shell, fill
from benchmarks.sturdiness.bad_input.group import Group
from benchmarks.sturdiness.bad_input.makers.images import FORMATS, mutate_images
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.imaging.image import load_image
from medapp.imaging.thumbnails import load_thumbnail
from medapp.store.cache import open_cache


def try_images(arena: Arena, group: Group, count: int) -> None:
    """Each file alone, then all of a format in one import, as thumbnails and as pixels."""
    for suffix in FORMATS:
        folder = arena.make_folder(f"images{suffix}")
        for number, content in enumerate(mutate_images(suffix, count)):
            path = folder / "ab"[number % 2] / f"{number}{suffix}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            group.try_case(path.name, lambda path=path: load_image(path))
    group.words.clear()


def try_imports_of_images(arena: Arena, group: Group, count: int) -> None:
    """The same files as data sets: import, thumbnails of all that was taken, features of a page."""
    del count
    for suffix in FORMATS:
        folder, cache = fill(arena.make_folder(f"images{suffix}")), open_cache(arena.workspace)
        name = f"mutated {suffix}"
        group.try_case(
            f"import {suffix}",
            lambda f=folder, n=name: add_folder(arena.workspace, f, name=n),
            seconds=60,
        )
        data_set = Catalog(arena.workspace).find_data_set(name)
        for sample in Catalog(arena.workspace).load_samples(data_set):
            group.try_case(
                sample.name, lambda s=sample, c=cache: load_thumbnail(s.path, s.content_hash, c)
            )
        group.try_case(f"show {suffix}", lambda n=name: call_shell("data", "show", n))
        group.try_case(
            f"show {suffix} as JSON",
            lambda n=name: json.loads(call_shell("data", "show", n, "--json")),
        )
