"""Small controls that know nothing of planning."""
