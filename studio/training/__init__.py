"""Training a model from the window: the check of the data, the run as a process of its own, and what it writes."""

from studio.training.check import Checked, Draft
from studio.training.child import Child
from studio.training.curve import Curve, Point
from studio.training.doing import Doing
from studio.training.run_folder import Run
from studio.training.sizes import SIZES, Size
from studio.training.trainer import Trainer

__all__ = ["SIZES", "Checked", "Child", "Curve", "Doing", "Draft", "Point", "Run", "Size", "Trainer"]
