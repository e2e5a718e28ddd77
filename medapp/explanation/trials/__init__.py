"""Is a heatmap worth anything? Checks of a model's maps against what needs no map.

Pure parts: images, maps and what asks a network go in, numbers come out. Images are uint8
(N, S, S, C), as a network sees them before normalisation; maps are (N, S, S) from 0.
"""
