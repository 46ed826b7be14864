"""Right claims, the same claims made wrong, and how many of both the check tells: `python -m eval.bench.adversary`."""
