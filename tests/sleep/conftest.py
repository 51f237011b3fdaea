"""The fixtures of a workspace and of what is open in it; see `session_fixtures`."""

from session_fixtures import *  # noqa: F403
