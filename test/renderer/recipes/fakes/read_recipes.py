"""Reads TOML blocks, a JSON object by name on standard input, with the agent's own code, and runs their commands."""
import json
import sys
from concurrent.futures import ThreadPoolExecutor

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
        "measured": measured(
            {name: one for name, one in config.inputs.items() if isinstance(one, CommandInput)}
        ),
    }


def measured(inputs):
    """All at once, as the agent runs those that are due together."""
    if not inputs:
        return {}
    with ThreadPoolExecutor(len(inputs)) as pool:
        return dict(zip(inputs, pool.map(lambda one: one.measure(), inputs.values())))


json.dump({name: described(text) for name, text in json.load(sys.stdin).items()}, sys.stdout)
