"""What the window needs of modules without Qt; to be imported before PySide6.

Once PySide6 is loaded it reads the source of every module that is imported, to see whether it uses `__feature__`.
"""

# ruff: noqa: F401

import multiprocessing.connection
import multiprocessing.context

import numpy

import flgui.layout.worker
import flgui.state.edits
import flgui.state.work
import flgui.viewmodel.command
import flgui.viewmodel.commands
import flgui.viewmodel.gantt
import flgui.viewmodel.landscape
import flgui.viewmodel.moments
import flgui.viewmodel.network
import flgui.viewmodel.pins
import flgui.viewmodel.presets
import flgui.viewmodel.scores
import flgui.viewmodel.symbols
import flgui.viewmodel.tasks
import flgui.viewmodel.tiles
import flgui.viewmodel.verification
import planner_core.cores
import planner_core.figures
import planner_core.importers
import planner_core.worker
