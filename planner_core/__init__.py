"""The planner core: networks, tiles, costs, schedules and the methods MW, NFL and BF. Knows no GUI."""
