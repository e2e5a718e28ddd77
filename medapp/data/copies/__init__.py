"""The same picture twice: in a data set, in two, and in public ones."""
