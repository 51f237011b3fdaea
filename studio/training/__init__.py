"""Training a model from the window: the check of the data, the run as a process of its own, and what it writes."""

from studio.training.child import ChildProcess
from studio.training.curve import CurvePoint, LossCurve
from studio.training.runs import TrainingRun
from studio.training.setup import SIZES, CheckedText, ModelSize, TrainingDraft
from studio.training.trainer import Trainer, TrainingState

__all__ = [
    "SIZES",
    "CheckedText",
    "ChildProcess",
    "CurvePoint",
    "LossCurve",
    "ModelSize",
    "Trainer",
    "TrainingDraft",
    "TrainingRun",
    "TrainingState",
]
