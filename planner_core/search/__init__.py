"""MW and BF over tau and P (SPEC section 5)."""

from planner_core.landscape import Landscape
from planner_core.search.bf import Found, search_bf
from planner_core.search.landscape import survey
from planner_core.search.mw import search_mw, tables_of

__all__ = ["Found", "Landscape", "search_bf", "search_mw", "survey", "tables_of"]
