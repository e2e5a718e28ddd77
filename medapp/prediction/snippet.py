"""Ask a model that MedApp exported as ONNX, without MedApp. For research, not for diagnosis.

    pip install numpy pillow onnxruntime
    python ask.py model.onnx image.png …

Prints one JSON object an image. One unlike all that the model learned from has no probabilities.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def load_square(path: Path, card: dict[str, Any]) -> Any:
    """An image of 8 bits to what the graph takes: (1, 3, S, S) float32, 0 to 255."""
    asked = card["input"]["preprocess"]
    changes = ("windows", "percentile_clip", "clahe", "crop_borders")
    if any(asked[name] for name in changes):
        raise SystemExit(
            f"This model asks for {asked}: prepare the squares yourself, or by MedApp."
        )
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode not in ("L", "RGB", "P", "1"):
        raise SystemExit(f"{path} is stored as {image.mode}: save it as 8-bit grey or RGB first.")
    image = image.convert("L" if image.mode in ("L", "1") else "RGB")
    width, height = image.size
    side = {"squash": None, "pad": max(width, height), "crop": min(width, height)}[asked["resize"]]
    box = (0.0, 0.0, float(width), float(height))
    if side is not None:
        border = max(0, -(-(side - width) // 2)), max(0, -(-(side - height) // 2))
        image = ImageOps.expand(image, (*border, *border))
        left, top = border[0] + (width - side) / 2, border[1] + (height - side) / 2
        box = (left, top, left + side, top + side)
    size = (asked["image_size"], asked["image_size"])
    drawn = image.resize(size, Image.Resampling.BILINEAR, box, reducing_gap=3.0)
    pixels = np.asarray(drawn.convert("RGB"), np.float32)
    return pixels.transpose(2, 0, 1)[None]


def ask(session: Any, card: dict[str, Any], path: Path) -> dict[str, Any]:
    """What the model says of one image."""
    found = session.run(None, {"pixels": load_square(path, card)})
    named = dict(zip(card["classes"], map(float, found[0][0]), strict=True))
    said: dict[str, Any] = {"file": str(path), "probabilities": named, "verdict": None}
    if len(found) > 1:
        limits = card["unlike_above"]
        above = [verdict for verdict in ("unlike", "alien") if found[1][0] > limits[verdict]]
        said["verdict"] = above[-1] if above else "familiar"
        if "alien" in above:
            said["probabilities"] = {}
    return said | decide(card, said)


def decide(card: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """The locked threshold's decision, and the classes that are left at each level promised."""
    named = said["probabilities"]
    found: dict[str, Any] = {}
    operating = card["operating"]
    if operating and named:
        total = sum(named[name] for name in operating["positives"])
        finding = " or ".join(operating["positives"])
        found["found"] = {finding: total >= operating["threshold"]}
    # Promises hold for images of the model's own kind alone.
    if named and said["verdict"] in (None, "familiar") and card["task"] != "multi-label":
        found["set"] = {
            level: [name for name, limit in zip(named, limits, strict=True) if named[name] >= limit]
            for level, limits in card["sets"].items()
        }
    return found


def main() -> None:
    """Read the model and its card, and print what the model says of each image."""
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    model = Path(sys.argv[1])
    card = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    for name in sys.argv[2:]:
        print(json.dumps(ask(session, card, Path(name)), ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main()
