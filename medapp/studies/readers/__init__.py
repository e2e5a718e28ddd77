"""Human readers beside a model: who called what on its test images, and how they compare."""
