"""The window: three tabs over one inference worker. Only `studio.worker` touches the engine."""
