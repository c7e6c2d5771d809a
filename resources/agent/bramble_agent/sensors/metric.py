"""What the hub is told of a metric."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """How the hub shows what is measured."""

    unit: str = ""
    label: str | None = None
