"""The hub: discovery, trust, sending readings and executing commands."""
