"""Damaged files against every reader: ``python -m tests.fuzz``. Each mutation ends in a result or in an error of ours, in bounded time.

A reader is one entry in :mod:`tests.fuzz.readers`.
"""
