"""Makers of bad files: the same seed gives the same bytes."""
