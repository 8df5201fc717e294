"""What the window can do beyond planning: one QObject a feature, each with its own actions and pages.

A feature is made once by `build_features` with the controller, connects the actions of its own rows of
`flgui.actions`, adds its pages and panes to the window, and reaches state only through the controller's store
and commands. Features do not know one another.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.features.animating import Animating
from flgui.features.drawing import DrawingFeature
from flgui.features.exporting import Exporting
from flgui.features.finding import Finding
from flgui.features.linking import Linking
from flgui.features.manual import Manual
from flgui.features.open_shapes import OpenShapes
from flgui.features.opening import Opening
from flgui.features.pins import PinsFeature
from flgui.features.playback import Playback
from flgui.features.presenting import Presenting
from flgui.features.scents import Scents
from flgui.features.sweeping import Sweeping
from flgui.features.tile_picture import TilePicture
from flgui.features.tour import Tour
from flgui.features.verifying import Verifying
from flgui.features.work import WorkFiles

__all__ = ["build_features"]


def build_features(controller: Controller, dialogs: Dialogs) -> tuple[QObject, ...]:
    """Make every feature; they live as long as the controller."""
    return (
        Playback(controller),
        Linking(controller),
        TilePicture(controller, dialogs),
        Scents(controller, controller),
        Exporting(controller, dialogs),
        Animating(controller, dialogs),
        Finding(controller),
        Presenting(controller),
        Tour(controller),
        Opening(controller),
        OpenShapes(controller, dialogs, controller),
        Verifying(controller),
        Manual(controller),
        # These add workspaces, which stand in the top bar in this order.
        DrawingFeature(controller, dialogs, controller),
        Sweeping(controller, dialogs),
        PinsFeature(controller),
        WorkFiles(controller, dialogs),
    )
