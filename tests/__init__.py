"""Tests of Unweave."""
