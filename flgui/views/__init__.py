"""The views: they show what they are given and announce what the user picked."""
