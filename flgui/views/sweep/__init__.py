"""The sweep: inference time over the link rate, or over anything else that can be varied."""

from flgui.views.sweep.page import SweepPage

__all__ = ["SweepPage"]
