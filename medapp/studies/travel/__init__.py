"""Does a model travel? Its run judged for another hospital, before and after labels are read there.

`study.run_travel` reads as the whole way on one screen.
"""
