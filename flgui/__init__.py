"""flgui: the window of the fused-layer planner."""
