"""What the window can do beyond planning: one QObject a feature, each with its own actions and pages.

A feature is made once by `build_features` with the controller, connects the actions of its own rows of
`flgui.actions`, adds its panes to the window, and reaches state only through the controller's store and commands.
Features do not know one another. Those with a workspace of their own are imported and made when it is first opened.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from flgui.actions import DRAWING_EDITS
from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.features.animating import Animating
from flgui.features.arranging import Arranger
from flgui.features.exporting import Exporting
from flgui.features.finding import Finding
from flgui.features.later import Later, WorkspaceFeature
from flgui.features.linking import Linking
from flgui.features.looking import Looking
from flgui.features.manual import Manual
from flgui.features.open_shapes import OpenShapes
from flgui.features.opening import Opening
from flgui.features.pins import PinsFeature
from flgui.features.playback import Playback
from flgui.features.presenting import Presenting
from flgui.features.scents import Scents
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
        Looking(controller),
        *_workspaces(controller, dialogs),
        WorkFiles(controller, dialogs),
    )


def _workspaces(controller: Controller, dialogs: Dialogs) -> tuple[QObject, ...]:
    """Make what has to do with workspaces; these stand in the top bar in this order."""
    arranger, pins = Arranger(controller), PinsFeature(controller)
    controller.window.network.set_arranger(arranger.ask)
    controller.window.about_to_close.connect(arranger.close)
    for key in DRAWING_EDITS:
        controller.window.actions_by_key[key].setEnabled(False)

    def drawing() -> WorkspaceFeature:
        from flgui.features.drawing import DrawingFeature

        return DrawingFeature(controller, dialogs, arranger)

    def sweeping() -> WorkspaceFeature:
        from flgui.features.sweeping import Sweeping

        return Sweeping(controller, dialogs)

    def comparing() -> WorkspaceFeature:
        from flgui.features.comparing import Comparing

        made = Comparing(controller)
        made.page.wanted.connect(pins.pin)
        made.page.opened.connect(pins.open)
        return made

    return (
        arranger,
        pins,
        Later(controller, "Draw", drawing, ("new_drawing", "edit_copy")),
        Later(controller, "Sweep", sweeping),
        Later(controller, "Compare", comparing),
    )
