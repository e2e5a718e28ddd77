"""Groups of cases, each `try_…(arena, group, count)`."""
