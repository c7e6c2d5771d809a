"""The description of a metric for the hub."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """How the hub displays a metric."""

    unit: str = ""
    label: str | None = None
