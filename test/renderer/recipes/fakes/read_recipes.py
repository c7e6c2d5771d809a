"""Reads TOML blocks, a JSON object by name on standard input, with the agent's own code, and runs their commands."""
import json
import sys

from bramble_agent.configuration.config import parse
from bramble_agent.peripherals.input_kinds import CommandInput
from bramble_agent.sensors.vitals import METRICS


def described(text):
    config = parse(text)
    one_of = {**config.inputs, **config.outputs}
    metrics = {
        f"{name}.{suffix}" if suffix else name: metric.unit
        for name, settings in config.inputs.items()
        for suffix, metric in settings.metrics().items()
    }
    return {
        "metrics": metrics,
        "vitals": {name: metric.unit for name, metric in METRICS.items()} if config.vitals else {},
        "controls": {name: settings.control()["kind"] for name, settings in config.outputs.items()},
        "pins": sorted(pin for settings in one_of.values() for pin in settings.pins().values()),
        "busPins": sorted({pin for settings in config.inputs.values() for pin in settings.bus_pins()}),
        "measured": {
            name: settings.measure()
            for name, settings in config.inputs.items()
            if isinstance(settings, CommandInput)
        },
    }


json.dump({name: described(text) for name, text in json.load(sys.stdin).items()}, sys.stdout)
