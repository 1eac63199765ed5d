"""The version of Unweave, read by the build and by every file the program writes."""

__version__ = "0.1.0"
