"""Bramble's agent: what a Raspberry Pi runs to report to its hub and to obey it.

Four threads, each a small class with a `run` of its own, and one way for a reading:

    inputs, vitals -> sampler -> outbox (on disk) -> uplink -> link (MQTT) -> hub
    hub -> link -> commands -> outputs -> reply

The main thread (agent.py) watches the configuration and the others.
"""
