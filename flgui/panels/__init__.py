"""Panels: they show values and say what the user wants changed; they change nothing themselves."""
