"""Which images a model learns from, is chosen by, and is judged on."""
