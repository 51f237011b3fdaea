"""The fixtures of a workspace and of a server over it; see `session_fixtures` and `server_fixtures`."""

from server_fixtures import *  # noqa: F403
from session_fixtures import *  # noqa: F403
