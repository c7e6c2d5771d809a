"""The message on this device's `about` topic: its name, model, controls and metrics."""
import json
from pathlib import Path
from typing import Any

from ..configuration.config import Config
from ..sensors import vitals
from ..sensors.metric import Metric


def about(config: Config, controls: list[dict[str, Any]], root: Path = Path("/")) -> str:
    # What hangs on it first: a card shows the first few.
    metrics: dict[str, Metric] = {}
    for name, settings in config.inputs.items():
        for suffix, metric in settings.metrics().items():
            label = settings.label and (f"{settings.label} {suffix}" if suffix else settings.label)
            metrics[f"{name}.{suffix}" if suffix else name] = Metric(metric.unit, label)
    if config.vitals:
        metrics |= vitals.METRICS
    message: dict[str, Any] = {"name": config.name, "controls": controls}
    if (model := machine_model(root)) is not None:
        message["model"] = model
    message["metrics"] = {
        name: {**({"unit": one.unit} if one.unit else {}), **({"label": one.label[:64]} if one.label else {})}
        for name, one in metrics.items()
    }
    return json.dumps(message, ensure_ascii=False)


def machine_model(root: Path) -> str | None:
    """Such as "Raspberry Pi 4 Model B Rev 1.4"; None on a machine without a device tree."""
    try:
        text = (root / "proc/device-tree/model").read_text(errors="replace")
    except OSError:
        return None
    return text.strip("\0 \n")[:128] or None
