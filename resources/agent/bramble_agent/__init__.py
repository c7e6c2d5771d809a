"""Bramble's agent: what a Raspberry Pi runs to report to its hub and to obey it.

Four threads, each a small class with a `run` of its own, and one way for a reading:

    inputs, vitals -> sampler -> outbox (on disk) -> uplink -> link (MQTT) -> hub
    hub -> link -> commands -> outputs -> reply

The main thread (agent.py) watches the configuration and the others. Each package imports only those before it:

    machine        the Pi as a computer: clock, disk, shell, and the status file that other programs on it read
    sensors        how the sensors and the machine itself are read, and which readings are impossible
    storage        what has to outlive a restart: readings that wait, commands that were acted on
    peripherals    the kinds of inputs and outputs, and the outputs that are open
    configuration  bramble-agent.toml, checked, each fault with its line
    hub            finding the hub, trusting it, and speaking to it
"""
