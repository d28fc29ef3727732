"""Generators of the simulated tables in datasets/simulated, each seeded: the same seed, the same rows."""
