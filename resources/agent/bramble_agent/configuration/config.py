"""Reads bramble-agent.toml: the inputs and outputs of this Pi, and its hub. Nothing here touches hardware.

An invalid configuration is rejected as a whole, and all errors are reported together, each with its line and a
suggestion.
"""
import difflib
import math
import re
import socket
import tomllib
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from ..peripherals.checks import BadSetting, check_range
from ..peripherals.input_kinds import INPUT_KINDS, InputSettings
from ..peripherals.output_kinds import OUTPUT_KINDS, OutputSettings
from ..sensors.vitals import METRICS as VITALS
from .addresses import MAX_PORT, MIN_PORT, address_error
from .toml_lines import KeyPath, key_lines

DEFAULT_PATH = Path("/etc/bramble-agent.toml")
DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-.:]{0,63}")
CONTROL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,39}")
DEFAULT_HOST_NAMES = {"raspberrypi", "debian", "localhost"}
# Names with a special meaning in a message of readings.
RESERVED_NAMES = {"ts", "time", "timestamp", "device", "device_id", "deviceId", "__proto__", "constructor", "prototype"}
SECTIONS = ("hub", "queue", "outputs", "inputs")
INTERNAL_FIELDS = ("lines",)
MIN_INTERVAL_SECONDS = 0.1
MAX_INTERVAL_SECONDS = 86_400
MAX_QUEUE_ROWS = 1_000_000_000
MIN_QUEUE_MEGABYTES, MAX_QUEUE_MEGABYTES = 0.1, 1_000_000
MAX_NAME_CHARACTERS = 64
MAX_CONTROLS_PER_DEVICE = 100
TLS_CHOICES = ("auto", "on", "off")


class Declared(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


T = TypeVar("T", bound=Declared)


class ConfigError(Exception):
    """All errors, each with its line; the text is for a person."""

    def __init__(self, problems: list[tuple[int, str]], usable: "Config | None" = None) -> None:
        """`usable` is the valid part: the device's identity and its hub, without inputs and outputs."""
        self.problems = [f"line {line}: {reason}" for line, reason in sorted(problems)]
        self.usable = usable
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, kw_only=True)
class HubSettings:
    """How to reach the hub, if not by discovery."""

    address: str | None = None
    mqtt_port: int = 1883
    http_port: int = 8080
    discover: bool = True
    # auto: if the hub offers it, and from then on always.
    tls: str = "auto"
    # PEM of the authority to trust; without it the hub's own is trusted on first use.
    ca_file: str | None = None
    # With TLS; None for the default ports.
    mqtts_port: int | None = None
    https_port: int | None = None

    def __post_init__(self) -> None:
        """Raises BadSetting."""
        if self.ca_file is not None and self.tls == "off":
            raise BadSetting("ca_file", 'ca_file is for TLS, and tls is "off": take one of them out')
        if self.mqtt_port == self.http_port:
            key = "mqtt_port" if self.mqtt_port != HubSettings.mqtt_port else "http_port"
            raise BadSetting(key, f"mqtt_port and http_port are both {self.mqtt_port}: the hub has one for each")


@dataclass(frozen=True, kw_only=True)
class QueueSettings:
    """Limits of the queue on the disk while the hub is unreachable."""

    rows: int = 200_000
    megabytes: float = 50


@dataclass(frozen=True, kw_only=True)
class Config:
    """One valid configuration file."""

    device: str
    name: str
    key: str | None = None
    interval: float = 10
    vitals: bool = True
    hub: HubSettings = HubSettings()
    queue: QueueSettings = QueueSettings()
    outputs: Mapping[str, OutputSettings] = field(default_factory=dict)
    inputs: Mapping[str, InputSettings] = field(default_factory=dict)
    # Lines by path, such as "inputs.water.id"; excluded from comparisons, since a comment moves them.
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def line_of(self, *keys: str) -> int:
        """The line of the last key, else of its table."""
        paths = (".".join(keys[:length]) for length in range(len(keys), 0, -1))
        return next((self.lines[path] for path in paths if path in self.lines), 1)


def load(path: Path) -> Config:
    """The file's configuration; the default one where there is no file. Raises ConfigError."""
    try:
        # Editors on Windows write a byte order mark.
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        text = ""
    except PermissionError as error:
        reason = "this user may not read the file: try sudo; the service needs it readable for the group bramble-agent"
        raise ConfigError([(1, reason)]) from error
    except OSError as error:
        raise ConfigError([(1, f"the file cannot be read: {error.strerror or error}")]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([(line, "the file is not UTF-8 text: save it as UTF-8")]) from error
    return parse(text)


def parse(text: str) -> Config:
    """Raises ConfigError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise ConfigError([(line, re.sub(r" \(at .*\)$", "", str(error)))]) from error
    return _Reader(text).config(table)


def own_name(root: Path = Path("/")) -> str:
    """The host name; a default one gets the end of the machine's serial number appended."""
    host = socket.gethostname()
    if host not in DEFAULT_HOST_NAMES:
        return host
    try:
        serial = (root / "proc/device-tree/serial-number").read_text().strip("\0 \n")
    except OSError:
        return host
    return f"{host}-{serial[-6:]}"


def device_id(host_name: str) -> str:
    """Turns a host name into a valid device id."""
    text = re.sub(r"[^A-Za-z0-9_\-.:]", "-", host_name)[:64].lstrip("_-.:")
    return text or "raspberrypi"


class _Reader:
    """Converts tables to settings and collects errors."""

    def __init__(self, text: str) -> None:
        self._lines = key_lines(text)
        self._problems: list[tuple[int, str]] = []

    def config(self, table: dict[str, Any]) -> Config:
        host = own_name()
        default = Config(device=device_id(host), name=host)
        plain = {key: value for key, value in table.items() if key not in SECTIONS}
        config = self._settings(Config, plain, (), {"device": default.device, "name": default.name}) or default
        hub = self._settings(HubSettings, self._table(table, "hub"), ("hub",))
        queue = self._settings(QueueSettings, self._table(table, "queue"), ("queue",))
        outputs = self._kinds(OUTPUT_KINDS, self._table(table, "outputs"), "outputs")
        inputs = self._kinds(INPUT_KINDS, self._table(table, "inputs"), "inputs")
        self._check_inputs(config, inputs)
        self._check_pins(outputs, inputs)
        if len(outputs) > MAX_CONTROLS_PER_DEVICE:
            self._add_problem(("outputs",), None, f"there are {len(outputs)} outputs: a hub takes {MAX_CONTROLS_PER_DEVICE}")
        config = replace(config, hub=hub or HubSettings(), queue=queue or QueueSettings())
        if self._problems:
            raise ConfigError(self._problems, config)
        lines = {".".join(path): line for path, line in self._lines.items()}
        return replace(config, outputs=outputs, inputs=inputs, lines=lines)

    def _check_inputs(self, config: Config, inputs: Mapping[str, InputSettings]) -> None:
        for name, one in inputs.items():
            if one.interval is not None:
                self._passes(check_interval, one.interval, ("inputs", name))
            if config.vitals and name in VITALS:
                reason = f"“{name}” is measured of this machine itself: take another name, or vitals = false"
                self._add_problem(("inputs", name), None, reason)

    def _check_pins(self, outputs: Mapping[str, OutputSettings], inputs: Mapping[str, InputSettings]) -> None:
        """One pin has one use."""
        first: dict[int, str] = {}
        buses = {pin: f"inputs.{name}" for name, one in inputs.items() for pin in one.bus_pins()}
        uses = [(("outputs", name), one.pins()) for name, one in outputs.items()]
        uses += [(("inputs", name), one.pins()) for name, one in inputs.items()]
        for where, pins in uses:
            for key, pin in pins.items():
                here = f"{'.'.join(where)}] {key}"
                other = first.setdefault(pin, here)
                if other != here:
                    self._add_problem(where, key, f"pin {pin} is used twice, here and by [{other}")
                elif pin in buses:
                    self._add_problem(where, key, f"pin {pin} belongs to the bus that [{buses[pin]}] is on")

    def _kinds(self, kinds: Mapping[str, type[T]], table: dict[str, Any], section: str) -> dict[str, T]:
        found: dict[str, T] = {}
        for name in table:
            where = (section, name)
            if CONTROL_NAME.fullmatch(name) is None or name in RESERVED_NAMES:
                is_reserved = name in RESERVED_NAMES
                reason = "it has a meaning of its own" if is_reserved else "letters, digits, _ and - can, up to 40"
                self._add_problem(where, None, f"“{name}” cannot be a name here: {reason}")
                continue
            if not isinstance(table[name], dict):
                self._add_problem((section,), name, f"{name} is a table: write [{section}.{name}]", without_heading=True)
                continue
            settings = dict(table[name])
            kind = settings.pop("kind", None)
            if not isinstance(kind, str) or kind not in kinds:
                reason = f"kind is one of {', '.join(kinds)}"
                found_text = "" if kind is None else f"; not {kind!r}{did_you_mean(kind, kinds)}"
                self._add_problem(where, "kind", reason + found_text)
                continue
            one = self._settings(kinds[kind], settings, where)
            if one is not None:
                found[name] = one
        return found

    def _table(self, table: dict[str, Any], name: str) -> dict[str, Any]:
        value = table.get(name, {})
        if isinstance(value, dict):
            return dict(value)
        self._add_problem((), name, f"{name} is a table: write [{name}]")
        return {}

    def _settings(
        self, of: type[T], table: dict[str, Any], where: KeyPath, defaults: Mapping[str, Any] | None = None
    ) -> T | None:
        """Checks keys and types against the dataclass's fields; the class checks the values. None on an error.

        At the top level, valid keys are kept.
        """
        types_by_name = typing.get_type_hints(of)
        wanted = {one.name: one for one in fields(of) if one.name not in SECTIONS + INTERNAL_FIELDS}
        right: dict[str, Any] = dict(defaults or {})
        before = len(self._problems)
        for key, value in table.items():
            if key not in wanted:
                names = [*wanted, *(SECTIONS if where == () else ())]
                mine = f"there is no “{key}” here; there is {', '.join(names)}"
                self._add_problem(where, key, f"{mine}{did_you_mean(key, names)}")
            elif not is_of(value, types_by_name[key]):
                expected = describe_type(types_by_name[key])
                self._add_problem(where, key, f"{key} takes {expected}, not {describe_value(value)}")
            elif (check := KEY_CHECKS.get((*where, key))) is None or self._passes(check, value, where):
                right[key] = value
        for key, one in wanted.items():
            if key not in table and key not in right and one.default is MISSING and one.default_factory is MISSING:
                self._add_problem(where, None, f"{key} is missing")
        if len(self._problems) > before and where != ():
            return None
        try:
            return of(**right)
        except ValueError as error:
            self._refused(error, where)
            return None

    def _passes(self, check: Callable[[Any], None], value: object, where: KeyPath) -> bool:
        try:
            check(value)
        except ValueError as error:
            self._refused(error, where)
            return False
        return True

    def _refused(self, error: ValueError, where: KeyPath) -> None:
        self._add_problem(where, error.key if isinstance(error, BadSetting) else None, str(error))

    def _add_problem(self, where: KeyPath, key: str | None, reason: str, without_heading: bool = False) -> None:
        """Adds an error at the line of the key, else of the table, else of the table that should contain it."""
        paths: Iterator[KeyPath] = (((*where, key) if key is not None else where)[:length] for length in (3, 2, 1))
        line = next((self._lines[path] for path in paths if path in self._lines), 1)
        heading = "" if where == () or without_heading else f"[{'.'.join(where)}] "
        self._problems.append((line, heading + reason))


def check_interval(seconds: float) -> None:
    """Raises BadSetting."""
    check_range("interval", seconds, MIN_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS, " seconds")


def _check_device(device: str) -> None:
    if DEVICE_ID.fullmatch(device) is None:
        reason = "device takes 1 to 64 letters, digits, _ - . or :, and begins with a letter or digit"
        raise BadSetting("device", reason)


def _check_name(name: str) -> None:
    if not 1 <= len(name.strip()) <= MAX_NAME_CHARACTERS:
        raise BadSetting("name", f"name takes 1 to {MAX_NAME_CHARACTERS} characters")


def _check_key(key: str) -> None:
    if key.strip() == "" or not key.isprintable() or key != key.strip():
        raise BadSetting("key", "key is empty or has spaces around it: write it as the hub showed it")


def _check_tls(tls: str) -> None:
    if tls not in TLS_CHOICES:
        raise BadSetting("tls", f'tls takes "auto", "on" or "off", not {tls!r}{did_you_mean(tls, TLS_CHOICES)}')


def _check_ca_file(ca_file: str) -> None:
    if not Path(ca_file).is_absolute():
        raise BadSetting("ca_file", 'ca_file takes a whole path, such as "/etc/ssl/bramble-ca.pem"')


def _check_address(address: str) -> None:
    if (wrong := address_error(address)) is not None:
        raise BadSetting("address", wrong)


# For keys outside of inputs and outputs, whose kinds have their own checks. All run, to report all errors together.
KEY_CHECKS: Mapping[KeyPath, Callable[[Any], None]] = {
    ("device",): _check_device,
    ("name",): _check_name,
    ("key",): _check_key,
    ("interval",): check_interval,
    ("hub", "address"): _check_address,
    ("hub", "mqtt_port"): lambda port: check_range("mqtt_port", port, MIN_PORT, MAX_PORT),
    ("hub", "http_port"): lambda port: check_range("http_port", port, MIN_PORT, MAX_PORT),
    ("hub", "mqtts_port"): lambda port: check_range("mqtts_port", port, MIN_PORT, MAX_PORT),
    ("hub", "https_port"): lambda port: check_range("https_port", port, MIN_PORT, MAX_PORT),
    ("hub", "tls"): _check_tls,
    ("hub", "ca_file"): _check_ca_file,
    ("queue", "rows"): lambda rows: check_range("rows", rows, 1, MAX_QUEUE_ROWS),
    ("queue", "megabytes"): lambda size: check_range("megabytes", size, MIN_QUEUE_MEGABYTES, MAX_QUEUE_MEGABYTES),
}


def did_you_mean(text: object, names: Iterable[str]) -> str:
    """Such as "; did you mean “outputs”?"; empty where no name is similar."""
    if not isinstance(text, str):
        return ""
    by_lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(text.lower().replace("-", "_"), list(by_lower), n=1)
    return f"; did you mean “{by_lower[near[0]]}”?" if near else ""


def describe_value(value: object) -> str:
    """A value in TOML syntax."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def is_of(value: object, wanted: Any) -> bool:
    """Like isinstance, but an int is also a float, and a bool, nan or inf is not a number."""
    choices = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    if isinstance(value, bool):
        return bool in choices
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return isinstance(value, tuple(choices)) or (float in choices and isinstance(value, int))


def describe_type(wanted: Any) -> str:
    choices = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    texts = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}
    return " or ".join(texts[choice] for choice in choices if choice in texts)
