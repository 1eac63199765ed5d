"""One run: making it, what it leaves behind in memory and in its folder, reading it back, and comparing two of them."""
