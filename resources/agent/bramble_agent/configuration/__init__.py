"""The configuration file, bramble-agent.toml: read and checked, each fault with its line."""
