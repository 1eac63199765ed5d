"""What a session remembers and a link carries."""
