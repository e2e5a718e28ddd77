"""Heatmaps of small networks: against pytorch-grad-cam, against itself, and where there is nothing
to show.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytorch_grad_cam
import torch
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn

from medapp.errors import ExplanationError
from medapp.explanation.asking import ASKING
from medapp.explanation.explain import Heatmap, differentiate, explain, measure_evidence, smooth
from medapp.explanation.methods import METHODS
from medapp.explanation.rules import RULES
from medapp.models.network import Network

ROOT = Path(__file__).parents[2]
LIBRARY = {  # those that read the last stage and have a sign of their own
    "gradcam": "GradCAM",
    "gradcam++": "GradCAMPlusPlus",
    "xgradcam": "XGradCAM",
    "gradcamelementwise": "GradCAMElementWise",
    "hirescam": "HiResCAM",
}
# Score-CAM asks the network 512 times an image, and is tested on small images by itself.
QUICK = [method for method in METHODS if method != "scorecam"]
COMPONENTS = {"eigencam": "EigenCAM", "eigengradcam": "EigenGradCAM"}


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(0)
    return Network("resnet18", "abc").eval()


@pytest.fixture(scope="module")
def x() -> Tensor:
    return torch.randn(4, 3, 96, 96, generator=torch.Generator().manual_seed(1))


CLASSES = [0, 1, 2, 1]


def draw(network: Any, x: Tensor, classes: list[int], method: str = "gradcam") -> list[Heatmap]:
    """The heatmaps alone."""
    return explain(network, x, classes, method)[1]


def stretch(values: np.ndarray) -> np.ndarray:
    """The library moves a map's least value to 0; ours keeps it where 0 has a meaning."""
    low, high = values.min(axis=(1, 2), keepdims=True), values.max(axis=(1, 2), keepdims=True)
    return (values - low) / (high - low)


@pytest.mark.parametrize("method", LIBRARY)
def test_maps_are_those_of_the_library(network: Network, x: Tensor, method: str) -> None:
    ours = np.stack([h.values for h in draw(network, x, CLASSES, method)])
    cam = getattr(pytorch_grad_cam, LIBRARY[method])(network, [network.stages[-1][1]])
    theirs = cam(x, [ClassifierOutputTarget(c) for c in CLASSES])
    network.zero_grad(set_to_none=True)
    assert ours.shape == theirs.shape == (4, 96, 96)
    shown = ours if METHODS[method].has_haze else stretch(ours)
    np.testing.assert_allclose(shown, theirs, atol=1e-4)


@pytest.mark.parametrize("method", COMPONENTS)
def test_components_are_those_of_the_library_turned_to_the_class(
    network: Network, x: Tensor, method: str
) -> None:
    library = getattr(pytorch_grad_cam, COMPONENTS[method])
    found = []

    class Raw(library):  # type: ignore[misc,valid-type]
        """The library's way through the whole network, which keeps the map before rectifying."""

        def get_cam_image(self, *given: Any) -> Any:
            found.append(super().get_cam_image(*given))
            return found[-1]

    cam = Raw(network, [network.stages[-1][1]])
    cam.uses_gradients = True
    cam(x, [ClassifierOutputTarget(c) for c in CLASSES])
    network.zero_grad(set_to_none=True)
    _, maps, gradients, _ = differentiate(network, x, torch.tensor(CLASSES))
    ours = RULES[method](maps, gradients)
    torch.testing.assert_close(ours.abs(), torch.from_numpy(found[0]).abs(), atol=1e-4, rtol=1e-4)
    agreement = (ours * (maps * gradients).sum(1)).sum(dim=(1, 2))
    assert (agreement > 0).all()


@pytest.mark.parametrize("method", COMPONENTS)
def test_a_component_is_hot_where_the_class_is_whichever_way_it_points(method: str) -> None:
    maps = torch.zeros(2, 2, 4, 4)
    maps[:, 0, 0, 0], maps[:, 1, 2:, 2:] = 5.0, 1.0
    for sign in (1.0, -1.0):  # the same evidence from maps that point the other way
        gradients = torch.zeros(2, 2, 4, 4)
        gradients[0, 0], gradients[1, 0] = sign, -sign  # channel 0 speaks for, then against
        first, second = RULES[method](sign * maps, gradients)
        assert first.argmax() == 0
        assert second.argmin() == 0


def test_a_component_that_the_class_says_nothing_about_is_hot_at_its_strongest_place() -> None:
    maps = torch.zeros(1, 2, 4, 4)
    maps[0, 0, 1, 2] = 5.0
    for sign in (1, -1):
        (raw,) = RULES["eigencam"](sign * maps, torch.zeros(1, 2, 4, 4))
        assert raw.argmax() == 6


def test_ablation_is_the_librarys(network: Network, x: Tensor) -> None:
    # The library divides by the score, which turns maps of negative scores round.
    with torch.no_grad():
        classes = network(x[:2, :, :64, :64]).argmax(1).tolist()
    small = x[:2, :, :64, :64]
    scores = network(small).max(1).values
    ours = np.stack([h.values for h in draw(network, small, classes, "ablationcam")])
    # The library puts another layer into the model, which must therefore run by its children.
    model: Any = network.model
    cam = pytorch_grad_cam.AblationCAM(model, [model.layer4])
    theirs = cam(small, [ClassifierOutputTarget(c) for c in classes])
    assert (scores > 0).all()
    np.testing.assert_allclose(stretch(ours), theirs, atol=1e-3)


def test_masked_scores_are_the_librarys_where_masks_lie_as_maps_do(
    network: Network, x: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enlarge(size: Any) -> nn.Module:
        return nn.Upsample(size=size, mode="bilinear", align_corners=False)

    # The library's masks are stretched from corner to corner, half a cell off.
    monkeypatch.setattr(torch.nn, "UpsamplingBilinear2d", enlarge)
    small = x[:2, :, :64, :64]
    ours = np.stack([h.values for h in draw(network, small, CLASSES[:2], "scorecam")])
    cam = pytorch_grad_cam.ScoreCAM(network, [network.stages[-1][1]])
    theirs = cam(small, [ClassifierOutputTarget(c) for c in CLASSES[:2]])
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_layercam_is_the_librarys_on_the_stage_with_cells_of_16_px_smoothed(
    network: Network, x: Tensor
) -> None:
    ours = np.stack([h.values for h in draw(network, x, CLASSES, "layercam")])
    cam = pytorch_grad_cam.LayerCAM(network, [dict(network.stages)["layer3"]])
    theirs = smooth(
        torch.from_numpy(cam(x, [ClassifierOutputTarget(c) for c in CLASSES])), 8.0
    ).numpy()
    network.zero_grad(set_to_none=True)
    np.testing.assert_allclose(ours, stretch(theirs), atol=1e-4)


def test_smoothing_keeps_an_even_map_and_spreads_a_point_as_a_gaussian() -> None:
    torch.testing.assert_close(smooth(torch.ones(2, 12, 12), 2.0), torch.ones(2, 12, 12))
    point = torch.zeros(1, 41, 41)
    point[0, 20, 20] = 1
    spread = smooth(point, 3.0)[0]
    assert float(spread.sum()) == pytest.approx(1, abs=1e-3)
    assert float(spread[20, 23] / spread[20, 20]) == pytest.approx(
        np.exp(-0.5), rel=1e-5
    )  # one sigma away


@pytest.mark.parametrize("method", QUICK)
def test_a_batch_gives_the_maps_of_single_images(network: Network, x: Tensor, method: str) -> None:
    batch = draw(network, x, CLASSES, method)
    for i, heatmap in enumerate(batch):
        (single,) = draw(network, x[i : i + 1], CLASSES[i : i + 1], method)
        np.testing.assert_allclose(heatmap.values, single.values, atol=1e-4)
        assert heatmap.values.dtype == np.float32
        assert heatmap.values.min() >= 0
        assert heatmap.values.max() == pytest.approx(1)
        assert heatmap.note is None


@pytest.mark.parametrize("method", QUICK)
def test_a_frozen_network_gives_the_same_map_and_stays_as_it_was(
    network: Network, x: Tensor, method: str
) -> None:
    free = draw(network, x, CLASSES, method)
    network.requires_grad_(False)
    try:
        with torch.inference_mode():
            frozen = draw(network, x.clone(), CLASSES, method)
    finally:
        network.requires_grad_(True)
    for a, b in zip(free, frozen, strict=True):
        np.testing.assert_allclose(a.values, b.values, atol=1e-4)
    assert all(p.grad is None for p in network.parameters())
    assert not any(m._forward_hooks or m._backward_hooks for m in network.modules())
    assert not any(m.training for m in network.modules())


def test_one_pass_gives_the_logits_too_and_explains_the_predicted_class(
    network: Network, x: Tensor
) -> None:
    with torch.inference_mode():
        wanted = network(x)
    for method in QUICK:
        logits, heatmaps = explain(network, x, None, method)
        torch.testing.assert_close(logits, wanted, atol=1e-4, rtol=1e-4)
        for a, b in zip(heatmaps, draw(network, x, wanted.argmax(1).tolist(), method), strict=True):
            np.testing.assert_allclose(a.values, b.values, atol=1e-4)


@pytest.mark.parametrize("method", ["gradcam", "gradcam++", "hirescam"])
def test_bfloat16_gives_nearly_the_same_map(network: Network, x: Tensor, method: str) -> None:
    exact = draw(network, x, CLASSES, method)
    with torch.autocast("cpu", torch.bfloat16):
        rough = draw(network, x, CLASSES, method)
    for a, b in zip(exact, rough, strict=True):
        np.testing.assert_allclose(a.values, b.values, atol=0.1)


def test_gradients_of_a_training_are_not_touched(network: Network, x: Tensor) -> None:
    head = network.head.weight
    head.grad = torch.ones_like(head)
    draw(network, x, CLASSES, "gradcam++")
    assert (head.grad == 1).all()
    head.grad = None


def test_the_map_of_a_class_is_the_one_of_its_own_channel() -> None:
    class TwoChannels(nn.Module):
        """Class 0 sees the left half of the image, class 1 the right."""

        @property
        def stages(self) -> list[tuple[str, nn.Module]]:
            return [("only", self)]

        def forward(self, x: Tensor) -> Tensor:
            left = torch.zeros(len(x), 1, 8, 8)
            left[..., :4] = 1
            return torch.cat([left, 1 - left], dim=1)

        def logits_from_maps(self, maps: Tensor) -> Tensor:
            return maps.mean(dim=(2, 3))

    x = torch.arange(64.0).view(1, 1, 8, 8).expand(2, 3, 8, 8)
    for method in (*LIBRARY, "eigencam", "eigengradcam"):
        first, second = draw(TwoChannels().eval(), x, [0, 1], method)
        expected = np.zeros((8, 8))
        expected[:, :4] = 1
        np.testing.assert_allclose(first.values, expected, atol=1e-6)
        np.testing.assert_allclose(second.values, 1 - expected, atol=1e-6)


class Given(nn.Module):
    """Maps that are given, whatever the image; class c weighs channel 0 by `weights[c]`."""

    def __init__(self, maps: Tensor, weights: list[float]) -> None:
        super().__init__()
        self.maps, self.weights = maps, torch.tensor(weights)

    @property
    def stages(self) -> list[tuple[str, nn.Module]]:
        return [("only", self)]

    def forward(self, x: Tensor) -> Tensor:
        return self.maps

    def logits_from_maps(self, maps: Tensor) -> Tensor:
        return maps.mean(dim=(1, 2, 3))[:, None] * self.weights


RAMP = torch.arange(16.0).view(1, 1, 4, 4)
IMAGE = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_a_map_without_evidence_says_so() -> None:
    (against,) = draw(Given(RAMP, [1.0, -1.0]).eval(), IMAGE, [1])
    assert against.values.max() == 0
    assert "no place in this image speaks for this class" in (against.note or "")
    (nothing,) = draw(Given(RAMP, [1.0, 0.0]).eval(), IMAGE, [1], "hirescam")
    assert (nothing.values.max(), nothing.note) == (0, against.note)


def test_haze_is_taken_off_where_a_method_knows_nothing_negative() -> None:
    hazy = Given(RAMP + 45, [1.0]).eval()  # 45 to 60 everywhere
    image = torch.randn(1, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    (kept,) = draw(hazy, image, [0], "gradcam")
    (taken,) = draw(hazy, image, [0], "gradcam++")
    assert (kept.values.min(), kept.values.max()) == (0.75, 1)
    np.testing.assert_allclose(taken.values, RAMP[0, 0] / 15, atol=1e-6)


def test_evidence_is_the_positive_part_of_the_logit() -> None:
    _, (first, second) = explain(
        Given(RAMP.repeat(2, 1, 1, 1), [1.0, -1.0]).eval(), IMAGE.repeat(2, 1, 1, 1), [0, 1]
    )
    # The mean of 0 to 15 is the logit of class 0; nothing speaks for class 1.
    np.testing.assert_allclose(first.evidence, [7.5, 0])
    np.testing.assert_allclose(second.evidence, [7.5, 0])
    assert (first.class_index, second.class_index) == (0, 1)


def test_evidence_is_what_gradcam_shows_and_completes_the_logit(
    network: Network, x: Tensor
) -> None:
    for c in range(3):
        logits, maps, gradients, last = differentiate(network, x, torch.full((4,), c))
        raw = RULES["gradcam"](maps, gradients)
        found = measure_evidence(network, last)[:, c]
        torch.testing.assert_close(found, raw.clamp(min=0).sum(dim=(1, 2)), atol=1e-4, rtol=1e-4)
        against = raw.clamp(max=0).sum(dim=(1, 2))
        bias = network.head.bias.detach()[c]
        torch.testing.assert_close(found + against + bias, logits[:, c], atol=1e-4, rtol=1e-4)


def test_an_even_map_and_a_map_of_one_cell_say_so() -> None:
    (even,) = draw(Given(torch.ones(1, 1, 4, 4), [1.0]).eval(), IMAGE, [0])
    assert even.values.max() == 0
    assert "none stands out" in (even.note or "")
    (cell,) = draw(Given(torch.ones(1, 1, 1, 1), [1.0]).eval(), IMAGE, [0])
    assert "Train with larger images" in (cell.note or "")


@pytest.mark.parametrize(("size", "cells"), [(64, (2, 2)), (224, (7, 7))])
def test_a_map_knows_of_how_many_cells_it_was_made(
    network: Network, size: int, cells: tuple[int, int]
) -> None:
    image = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(2))
    (coarse,) = draw(network, image, [0])
    (fine,) = draw(network, image, [0], "layercam")
    assert coarse.cells == cells
    assert fine.cells == (size // 16, size // 16)


def test_a_blank_image_says_where_its_map_comes_from(network: Network) -> None:
    heatmap, _ = draw(network, torch.cat([torch.full_like(IMAGE, 0.3), IMAGE]), [0, 0], "eigencam")
    assert "The image is blank" in (heatmap.note or "")


@pytest.mark.parametrize("method", QUICK)
@pytest.mark.parametrize("broken", [torch.nan, torch.inf])
def test_numbers_that_are_not_finite_say_so_and_spare_the_rest(method: str, broken: float) -> None:
    maps = RAMP.repeat(2, 1, 1, 1).clone()
    maps[0, 0, 1, 1] = broken
    bad, good = draw(Given(maps, [1.0]).eval(), IMAGE.repeat(2, 1, 1, 1), [0, 0], method)
    assert "not finite" in (bad.note or "")
    assert bad.values.shape == (16, 16)
    assert bad.values.max() == 0
    assert good.note is None
    assert good.values.max() == pytest.approx(1)


def test_no_image_gives_no_heatmap(network: Network) -> None:
    assert draw(network, torch.empty(0, 3, 32, 32), []) == []


def test_too_few_classes_are_a_fault_and_not_blank_maps(network: Network, x: Tensor) -> None:
    with pytest.raises(ValueError, match="one for each of 4 images"):
        draw(network, x, [0])


def test_a_network_in_training_mode_is_a_fault(x: Tensor) -> None:
    with pytest.raises(ValueError, match="evaluation mode"):
        draw(Network("resnet18", "abc"), x, CLASSES)


def test_an_unknown_method_names_the_known_ones(network: Network, x: Tensor) -> None:
    with pytest.raises(
        ExplanationError,
        match=r"no heatmap method 'lime'.*gradcam, gradcam\+\+, .*hirescam, .*layercam",
    ):
        draw(network, x, CLASSES, "lime")


def test_an_index_out_of_range_is_not_swallowed(network: Network, x: Tensor) -> None:
    with pytest.raises((IndexError, RuntimeError)):
        draw(network, x, [0, 1, 2, 3])


def test_each_method_has_its_rule() -> None:
    assert [*RULES, *ASKING] == list(METHODS)


@pytest.mark.parametrize(
    ("module", "absent"),
    [("explain", {"pytorch_grad_cam", "cv2"}), ("methods", {"torch", "pytorch_grad_cam"})],
)
def test_nothing_heavy_is_imported_before_it_is_asked(module: str, absent: set[str]) -> None:
    code = f"""
import sys, types
root = types.ModuleType("medapp")
root.__path__ = ["medapp"]  # the package without what its own first lines import
sys.modules["medapp"] = root
import medapp.explanation.{module}
print(sorted(set(sys.modules) & {absent!r}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("stage", "cells"), [("stem", 24), ("layer2", 12), ("layer4", 3)])
def test_a_chosen_stage_gives_its_own_maps_and_gradients(
    network: Network, x: Tensor, stage: str, cells: int
) -> None:
    names = [name for name, _ in network.stages]
    given = x
    for _, module in network.stages[: names.index(stage) + 1]:
        given = module(given)
    given = given.detach().requires_grad_()
    logits = given
    for _, module in network.stages[names.index(stage) + 1 :]:
        logits = module(logits)
    logits = network.logits_from_maps(logits)
    logits[range(4), CLASSES].sum().backward()
    network.zero_grad(set_to_none=True)
    found, maps, gradients, _ = differentiate(network, x, torch.tensor(CLASSES), stage=stage)
    torch.testing.assert_close(found, logits.detach())
    torch.testing.assert_close(maps, given.detach())
    torch.testing.assert_close(gradients, given.grad)
    heatmaps = explain(network, x, CLASSES, "gradcam", stage)[1]
    assert {each.cells for each in heatmaps} == {(cells, cells)}
    assert {each.stage for each in heatmaps} == {stage}


@pytest.mark.parametrize("method", [*LIBRARY, "layercam"])
def test_a_methods_own_stage_named_changes_nothing(
    network: Network, x: Tensor, method: str
) -> None:
    own = "layer4" if METHODS[method].cell_px is None else "layer3"
    named = explain(network, x, CLASSES, method, own)[1]
    for each, plain in zip(named, draw(network, x, CLASSES, method), strict=True):
        np.testing.assert_array_equal(each.values, plain.values)
        assert plain.stage is None


def test_an_early_map_is_smoothed_by_half_a_cell(network: Network, x: Tensor) -> None:
    _, maps, gradients, _ = differentiate(network, x, torch.tensor(CLASSES), stage="layer2")
    raw = RULES["gradcam"](maps, gradients).clamp(min=0)
    large = nn.functional.interpolate(raw[:, None], (96, 96), mode="bilinear")[:, 0]
    wanted = smooth(large, 4)
    wanted = wanted / wanted.amax((1, 2), keepdim=True)
    found = np.stack([h.values for h in explain(network, x, CLASSES, "gradcam", "layer2")[1]])
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("method", ASKING)
def test_methods_that_ask_again_read_a_chosen_stage_too(network: Network, method: str) -> None:
    image = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    (found,) = explain(network, image, [0], method, "layer1")[1]
    assert found.cells == (16, 16)
    assert found.values.max() == 1


def test_a_stage_that_is_not_there_is_said_with_those_that_are(network: Network, x: Tensor) -> None:
    with pytest.raises(ExplanationError, match="stem, layer1, layer2, layer3, layer4"):
        explain(network, x, CLASSES, "gradcam", "layer9")
