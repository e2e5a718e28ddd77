"""Adaptation to another hospital whose images have no labels: one file a method, rows in `table`.

Methods take what a backbone gives for the images of both hospitals, or what a model says of them,
and know nothing of images, networks' heads or labels of the other hospital.
"""
