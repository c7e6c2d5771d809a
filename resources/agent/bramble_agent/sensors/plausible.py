"""Tells a reading from a number that a failing sensor sends in its place.

A shorted line, a chip that lost its settings or a driver's error value looks like any other number. What the sensor
cannot measure is an error, so that it is neither stored nor sent.
"""
import math


class ImpossibleReading(OSError):
    """The text is for a person."""


def within(what: str, value: float, lowest: float, highest: float, unit: str = "") -> float:
    """The value itself. Raises ImpossibleReading where it is NaN or not from `lowest` to `highest`."""
    # NaN fails the comparison, too.
    if lowest <= value <= highest:
        return value
    space = " " if unit else ""
    raise ImpossibleReading(
        f"{what} of {value:g}{space}{unit} is impossible: {lowest:g} to {highest:g}{space}{unit} can be measured"
    )


def all_finite(values: dict[str, float]) -> dict[str, float]:
    """The values themselves. Raises ImpossibleReading where one is NaN or infinite."""
    for suffix, value in values.items():
        if not math.isfinite(value):
            raise ImpossibleReading(f"{suffix or 'the value'} is {value}, which is no number")
    return values
