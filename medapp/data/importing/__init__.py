"""Files to a data set in the catalog: looked at, added, and brought up to date."""
