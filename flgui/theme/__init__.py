"""Colours, sizes, fonts, icons and the style sheet of the window."""
