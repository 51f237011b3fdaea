"""What can be seen: widgets that know the session and the settings, never the worker or the engine."""
