"""Scenario files: the schema, reading YAML with exact places, resolving against a table, checking, writing."""
