"""The laboratory: levers, further options, sharing."""
