"""The parts of the Model Lab."""
