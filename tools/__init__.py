"""What serves those who work on the project: measurements and generators. In a checkout only; no wheel has it."""
