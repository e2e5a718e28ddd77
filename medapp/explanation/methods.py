"""The table of heatmap methods: what each is called, what it shows, which stage it reads.

Facts only, so that a page or a command can list them before torch is there. How each method
computes stands in `rules.py` or `asking.py` under the same name.
"""

from dataclasses import dataclass

from medapp.errors import ExplanationError


@dataclass(frozen=True)
class Method:
    """A way to make a heatmap.

    Attributes:
        help: what the map shows, for a reader who chooses.
        paper: who described the method, and when.
        cell_px: the target layer is the last stage whose cells are at most so many pixels of the
            input wide, and the enlarged map is smoothed by half a cell, since fine maps are ragged
            and a peak may lie between cells. None means the last stage, not smoothed.
        has_haze: nothing in the method is negative, so that no place is near 0 and a haze lies over
            the whole image; the map's least value is taken off it, as pytorch-grad-cam does.
    """

    title: str
    help: str
    paper: str
    cell_px: int | None = None
    has_haze: bool = False


METHODS: dict[str, Method] = {
    "gradcam": Method(
        "Grad-CAM",
        "Maps weighted by their mean gradient: what spoke for the class, coarsely. The usual"
        " choice.",
        "Selvaraju et al. 2017",
    ),
    "gradcam++": Method(
        "Grad-CAM++",
        "Weighs gradients place by place: better where a finding occurs more than once.",
        "Chattopadhay et al. 2018",
        has_haze=True,
    ),
    "xgradcam": Method(
        "XGrad-CAM",
        "Gradients weighted by how active each map is there. Equal to Grad-CAM where average"
        " pooling and one linear layer follow the maps, as in ResNet and DenseNet.",
        "Fu et al. 2020",
    ),
    "gradcamelementwise": Method(
        "Grad-CAM, element by element",
        "Gradient times map, and only what speaks for the class: nothing that speaks against the"
        " class is subtracted.",
        "Gildenblat et al. 2021, pytorch-grad-cam",
        has_haze=True,
    ),
    "hirescam": Method(
        "HiResCAM",
        "Gradient times map, place by place: shows no place that the model did not use.",
        "Draelos & Carin 2020",
    ),
    "eigencam": Method(
        "EigenCAM",
        "What stands out most to the network, from the maps alone; the class only decides which"
        " end of the scale is hot.",
        "Muhammad & Yeasin 2020",
    ),
    "eigengradcam": Method(
        "Eigen-Grad-CAM",
        "What stands out most in gradient times map: like EigenCAM, and about the class.",
        "Gildenblat et al. 2021, pytorch-grad-cam",
    ),
    "layercam": Method(
        "LayerCAM",
        "Reads the last stage with cells of at most 16 px and weighs place by place: finer where"
        " the last stage is coarse.",
        "Jiang et al. 2021",
        cell_px=16,
        has_haze=True,
    ),
    "ablationcam": Method(
        "Ablation-CAM",
        "Maps weighted by how far the score falls without each of them; no gradient is used.",
        "Ramaswamy & Desai 2020",
    ),
    "scorecam": Method(
        "Score-CAM",
        "Maps weighted by the score of the image seen through each of them; no gradient is used."
        " Slow: the network looks at the image 512 to 2,048 times.",
        "Wang et al. 2020",
        has_haze=True,
    ),
}


def find_method(name: str) -> Method:
    """The method of that name.

    Raises:
        ExplanationError: there is none; the text lists those there are.
    """
    if name not in METHODS:
        raise ExplanationError(
            f"There is no heatmap method {name!r}.", remedy=f"Choose one of {', '.join(METHODS)}."
        )
    return METHODS[name]
