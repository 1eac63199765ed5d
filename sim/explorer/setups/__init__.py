"""What can be chosen, and its runs: levers, setups, overrides, the engine and long runs. Nothing here draws."""
