"""Training a model from the window: the check of the data, the run as a process of its own, and what it writes."""

from studio.training.child import Child
from studio.training.curve import Curve, Point
from studio.training.runs import Run
from studio.training.setup import SIZES, Checked, Draft, Size
from studio.training.trainer import Doing, Trainer

__all__ = ["SIZES", "Checked", "Child", "Curve", "Doing", "Draft", "Point", "Run", "Size", "Trainer"]
