"""Results as arrays and texts for one view each; nothing here imports Qt."""
