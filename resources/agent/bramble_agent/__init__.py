"""Bramble's agent: runs on a Raspberry Pi, sends its readings to the hub and executes the hub's commands.

Four threads, each a small class with a `run` method; the paths of readings and commands:

    inputs, vitals -> sampler -> outbox (on disk) -> uplink -> link (MQTT) -> hub
    hub -> link -> commands -> outputs -> reply

The main thread (agent.py) watches the configuration and the other threads. Each package imports only those before it:

    machine        the Pi as a computer: clock, disk, shell, and the status file for other programs
    sensors        reading sensors and the machine's vitals, and rejecting impossible readings
    storage        state that survives a restart: unsent readings, executed commands
    peripherals    the kinds of inputs and outputs, and the open outputs
    configuration  bramble-agent.toml, validated, each error with its line
    hub            discovery of the hub, trust in it, and communication with it
"""
