"""Distinguishes readings from invalid numbers of a failing sensor.

A shorted line, a chip that lost its settings or a driver's error value looks like any other number. A value outside
of the sensor's range is an error, so that it is neither stored nor sent.
"""
import math


class ImpossibleReading(OSError):
    """The text is for a person."""


def within(what: str, value: float, lowest: float, highest: float, unit: str = "") -> float:
    """Returns the value. Raises ImpossibleReading where it is NaN or not from `lowest` to `highest`."""
    # The comparison is false for NaN, too.
    if lowest <= value <= highest:
        return value
    space = " " if unit else ""
    raise ImpossibleReading(
        f"{what} of {value:g}{space}{unit} is impossible: {lowest:g} to {highest:g}{space}{unit} can be measured"
    )


def all_finite(values: dict[str, float]) -> dict[str, float]:
    """Returns the values. Raises ImpossibleReading where one is NaN or infinite."""
    for suffix, value in values.items():
        if not math.isfinite(value):
            raise ImpossibleReading(f"{suffix or 'the value'} is {value}, which is no number")
    return values
