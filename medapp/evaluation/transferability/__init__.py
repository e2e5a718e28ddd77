"""How well features that were learned elsewhere serve new labels, before anything is trained.

Each scorer takes arrays and gives one number. What is not known here: networks, files, data sets.
"""
