"""Tests of the accounting layer."""
