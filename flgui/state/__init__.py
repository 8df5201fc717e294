"""What the window knows, how it changes, and who computes what follows from it."""
