"""A script for each system that ingests a folder of texts: `python -m eval.bench.peers.SYSTEM TEXTS STORE`."""
