"""What crosses between the window and the worker: commands one way, events the other, and nothing else.

One module for each subject; `studio.worker` and `studio.session` have one of the same name.
"""

from studio.messages.chat import AskNewborn, Dial, NewbornSaid, Said, Say, Switch, Switched, Token, Turn
from studio.messages.compare import Answered, AskBoth, Compare, Compared
from studio.messages.files import TakeIn, TakenIn
from studio.messages.forgetting import Forget, ForgetCost, Forgot, LivedIn, PlanForgetting
from studio.messages.lines import Line, Role
from studio.messages.models import BodyFacts, Open, Opened
from studio.messages.nights import Accept, Dreaming, Probe, Reject, Sleep, Slept
from studio.messages.souls import (
    Branch,
    Copy,
    Delete,
    Describe,
    Figures,
    Keep,
    LoadSoul,
    Mate,
    Moment,
    RenameSoul,
    ResetSoul,
    Restore,
    SaveSoul,
    SoulFacts,
    Timeline,
    TimelineMoved,
    Undo,
    WakeSoul,
    Woken,
)
from studio.messages.wire import Close, Command, Done, EngineFailure, Event, Failed, Progress

__all__ = [
    "Accept",
    "Answered",
    "AskBoth",
    "AskNewborn",
    "BodyFacts",
    "Branch",
    "Close",
    "Command",
    "Compare",
    "Compared",
    "Copy",
    "Delete",
    "Describe",
    "Dial",
    "Done",
    "Dreaming",
    "EngineFailure",
    "Event",
    "Failed",
    "Figures",
    "Forget",
    "ForgetCost",
    "Forgot",
    "Keep",
    "Line",
    "LivedIn",
    "LoadSoul",
    "Mate",
    "Moment",
    "NewbornSaid",
    "Open",
    "Opened",
    "PlanForgetting",
    "Probe",
    "Progress",
    "Reject",
    "RenameSoul",
    "ResetSoul",
    "Restore",
    "Role",
    "Said",
    "SaveSoul",
    "Say",
    "Sleep",
    "Slept",
    "SoulFacts",
    "Switch",
    "Switched",
    "TakeIn",
    "TakenIn",
    "Timeline",
    "TimelineMoved",
    "Token",
    "Turn",
    "Undo",
    "WakeSoul",
    "Woken",
]
