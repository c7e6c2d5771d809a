"""The configuration file, bramble-agent.toml: parsed and validated, each error with its line."""
