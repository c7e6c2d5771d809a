"""What has to outlive a restart of the agent: readings that wait for the hub, commands that were acted on."""
