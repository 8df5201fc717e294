"""Layered graph layout: pure functions from a graph to coordinates; no Qt."""
