"""State that survives a restart of the agent: unsent readings, executed commands."""
