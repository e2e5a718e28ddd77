"""Files that say where objects are in images: Pascal VOC (XML), COCO (JSON), YOLO (text)."""

from medapp.data.layouts.annotations.finding import Annotations, find_annotations
from medapp.data.layouts.annotations.joining import add_annotations

__all__ = ["Annotations", "add_annotations", "find_annotations"]
