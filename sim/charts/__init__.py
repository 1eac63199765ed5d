"""Figures: the noun and every chart builder; tidy frames in displayed units and translated names in, charts out.

No files, no catalogue, no clock: reports and the explorer hand in data and words.
"""
