"""Curricula: what a night teaches and how, a package for each manner of speaking. `engine.sleep` loads them by name."""
