"""What crosses between the window and the worker: commands one way, events the other, and nothing else.

One module for each subject; `studio.worker` and `studio.session` have one of the same name.
"""

from studio.messages.chat import Dial, Line, Role, Said, Say, Switch, Switched, Token, Turn
from studio.messages.files import TakeIn, TakenIn
from studio.messages.models import BodyFacts, Open, Opened
from studio.messages.nights import Dreaming, Sleep, Slept
from studio.messages.souls import LoadSoul, ResetSoul, SaveSoul, SoulFacts
from studio.messages.wire import Close, Command, Done, EngineFailure, Event, Failed

__all__ = [
    "BodyFacts",
    "Close",
    "Command",
    "Dial",
    "Done",
    "Dreaming",
    "EngineFailure",
    "Event",
    "Failed",
    "Line",
    "LoadSoul",
    "Open",
    "Opened",
    "ResetSoul",
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
    "Token",
    "Turn",
]
