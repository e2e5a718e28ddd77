"""How much a model holds against small worst-case changes of its images."""
