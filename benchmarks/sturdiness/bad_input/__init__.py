"""Bad input, made on purpose and tried case by case; `__main__` says how to run it."""
