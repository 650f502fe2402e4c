"""Benchmarks are run by hand (``python tests/benchmarks``); nothing in here is a test."""

collect_ignore_glob = ["*.py"]
