"""The command line: `bramble-agent run | check | test | status | key | authority`."""
import argparse
import getpass
import json
import logging
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from .agent import STATUS_FILE, Agent, Options
from .configuration.addresses import address_error
from .configuration.config import DEFAULT_PATH, ConfigError, HubSettings, load
from .control_socket import request_action
from .hub.device_key import KEY_SHAPE, KeyFile, code_of
from .hub.endpoint import Authority, file_problem
from .hub.trust import NotTrusted, Trust
from .machine.shell import CommandFailed
from .machine.status import StatusBoard, describe, read_status
from .peripherals.input_kinds import CommandInput
from .peripherals.output_kinds import Refused, Value
from .peripherals.outputs import Outputs

STATE_FOLDER = Path("/var/lib/bramble-agent")
RUN_FOLDER = Path("/run/bramble-agent")
TEST_STEP_SECONDS = 1


def main(arguments: Sequence[str] | None = None) -> int:
    args = make_parser().parse_args(arguments)
    options = Options(
        config=args.config,
        state=args.state or STATE_FOLDER,
        run=args.state or RUN_FOLDER,
        hub=getattr(args, "hub", None),
    )
    logging.basicConfig(
        format="%(levelname)s %(name)s: %(message)s", level=logging.DEBUG if args.verbose else logging.INFO
    )
    match args.command:
        case "run":
            return run(options)
        case "check":
            return check(options)
        case "test":
            return test(options, args.output, args.value)
        case "key":
            return set_key(options) if args.action == "set" else show_key(options)
        case "authority":
            return forget_authority(options) if args.action == "forget" else show_authority(options)
        case _:
            return status(options)


def make_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, default=DEFAULT_PATH, metavar="FILE", help=f"({DEFAULT_PATH})")
    common.add_argument("--state", type=Path, metavar="DIR", help=f"where the queue lies ({STATE_FOLDER})")
    common.add_argument("--verbose", action="store_true", help="say more in the log")
    parser = argparse.ArgumentParser(
        prog="bramble-agent", description="Reports a Raspberry Pi to its Bramble hub and obeys it."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    running = commands.add_parser("run", parents=[common], help="run until it is stopped; the service does this")
    running.add_argument(
        "--hub", type=hub_argument, metavar="HOST[:PORT[:HTTP-PORT]]",
        help="the hub's address and ports, instead of searching (1883, 8080)",
    )
    commands.add_parser("check", parents=[common], help="check the configuration; runs its inputs' commands once")
    testing = commands.add_parser("test", parents=[common], help="move an output, here and now")
    testing.add_argument("output", help="its name in the configuration file")
    testing.add_argument("value", nargs="?", help="true, false, a number or #rrggbb; without one, it is shown off")
    commands.add_parser("status", parents=[common], help="is it connected, what waits, what went wrong")
    keys = commands.add_parser("key", parents=[common], help="show the code of this device's key, or set a key")
    keys.add_argument("action", nargs="?", choices=["set"], help="set: the key is read from standard input")
    trusting = commands.add_parser("authority", parents=[common], help="show whom this device trusts to be its hub")
    trusting.add_argument(
        "action", nargs="?", choices=["forget"],
        help="forget: that of the hub that answers next is trusted; for a hub that was set up anew",
    )
    return parser


def hub_argument(text: str) -> HubSettings:
    """An IPv6 address with ports is in brackets."""
    address, ports = text, ""
    if text.startswith("["):
        address, _, ports = text[1:].partition("]")
        ports = ports.removeprefix(":")
    elif "::" not in text and text.count(":") <= 2:
        address, _, ports = text.partition(":")
    if "/" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST[:PORT[:HTTP-PORT]]: {address_error(text)}")
    try:
        numbers = [int(port) for port in ports.split(":")] if ports else []
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST[:PORT[:HTTP-PORT]]") from None
    if (wrong := address_error(address)) is not None:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST[:PORT[:HTTP-PORT]]: {wrong}")
    if len(numbers) > 2 or not all(0 < port < 65_536 for port in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST[:PORT[:HTTP-PORT]]")
    mqtt_port, http_port = [*numbers, *(1883, 8080)[len(numbers) :]]
    if mqtt_port == http_port:
        reason = f"{text!r}: {mqtt_port} is the hub's port for HTTP, unless another is given, too"
        raise argparse.ArgumentTypeError(reason)
    return HubSettings(address=address, mqtt_port=mqtt_port, http_port=http_port, discover=False)


def run(options: Options) -> int:
    stop = threading.Event()
    stop_on_signals(stop)
    return Agent(options).run(stop)


def stop_on_signals(stop: threading.Event) -> None:
    """A signal handler interrupts the main thread, which may hold the event's lock: another thread sets the event."""
    signals: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: signals.put(number))

    def wait() -> None:
        signals.get()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()


def test(options: Options, name: str, text: str | None) -> int:
    """Through the running agent, which holds the pins; without one, directly."""
    try:
        config = load(options.config)
    except ConfigError as error:
        return print_config_errors(options, error)
    settings = config.outputs.get(name)
    if settings is None:
        names = ", ".join(config.outputs) or "none"
        return print_error(f"There is no output “{name}” in {options.config}; there is: {names}.")
    control = settings.control()
    values = [parse_value(text)] if text is not None else demonstration_values(control)
    sockets = options.control_sockets
    runs = read_status(options.status_files) is not None and len(sockets) > 0
    own = Outputs(StatusBoard(options.run / STATUS_FILE))
    try:
        if not runs:
            own.configure({name: settings})
        for value in values:
            done = request_action(sockets[0], name, value) if runs else own.act(name, value)
            print(f"{name}: {json.dumps(done)}", flush=True)
            time.sleep(TEST_STEP_SECONDS)
    except Refused as error:
        return print_error(f"{name}: {error}")
    except PermissionError:
        return print_error("The agent runs as another user: try it with sudo.")
    except OSError as error:
        return print_error(f"The running agent does not answer: {error}")
    finally:
        own.close()
    return 0


def demonstration_values(control: dict[str, Value]) -> list[Value]:
    """Values that demonstrate an output, ending in its idle state."""
    match control["kind"]:
        case "switch":
            return [True, False, True, False]
        case "number":
            return [control["min"], control["max"], control["min"]]
        case "color":
            return ["#ff0000", "#00ff00", "#0000ff", "#000000"]
        case _:
            return [None]


def parse_value(text: str) -> Value:
    """Parses a value typed by a person."""
    if text.lower() in ("true", "on", "false", "off"):
        return text.lower() in ("true", "on")
    try:
        return float(text)
    except ValueError:
        return text


def status(options: Options) -> int:
    """Returns 0 where the agent is connected, its configuration is valid, and no part fails."""
    found = read_status(options.status_files)
    if found is not None:
        print(describe(found, time.time()))
        return 0 if found.is_well else 1
    try:
        load(options.config)
    except ConfigError as error:
        print_config_errors(options, error)
    return print_error("The agent is not running. Its log: journalctl -u bramble-agent")


def show_key(options: Options) -> int:
    """Prints only the code, never the key itself."""
    try:
        key = load(options.config).key or KeyFile(options.state).load()
    except ConfigError as error:
        return print_config_errors(options, error)
    except PermissionError:
        return print_error("The key is for the agent alone: try it with sudo.")
    except OSError as error:
        return print_error(f"The key cannot be read: {error}")
    if key is None:
        return print_error("There is no key yet: the agent makes one when it is started.")
    print(code_of(key))
    return 0


def set_key(options: Options) -> int:
    """A running agent uses it within two seconds."""
    if sys.stdin.isatty():
        key = getpass.getpass("Key: ").strip()
    else:
        key = sys.stdin.readline().strip()
    if KEY_SHAPE.fullmatch(key) is None:
        return print_error("That is no key: write it as the hub showed it, on one line. Nothing was changed.")
    try:
        if load(options.config).key is not None:
            return print_error(f"There is a key in {options.config}, which counts: change it there.")
        KeyFile(options.state).save(key)
    except ConfigError as error:
        return print_config_errors(options, error)
    except PermissionError:
        return print_error("The key is for the agent alone: try it with sudo.")
    except OSError as error:
        return print_error(f"The key cannot be written: {error}")
    print(f"The key is set; its code is {code_of(key)}.")
    return 0


def show_authority(options: Options) -> int:
    """Prints the fingerprint, to compare with the one that the hub shows."""
    try:
        settings = load(options.config).hub
        authority = Trust(options.state).load() if settings.ca_file is None else Authority("file", settings.ca_file)
    except ConfigError as error:
        return print_config_errors(options, error)
    except NotTrusted as error:
        if isinstance(error.__cause__, PermissionError):
            return print_error("The authority is the agent's: try it with sudo.")
        return print_error(str(error))
    if authority is None:
        return print_error("No authority is trusted yet: that of the first hub with TLS will be.")
    print(f"This device trusts {authority}.")
    return 0


def forget_authority(options: Options) -> int:
    """Takes effect at a running agent's next connection."""
    try:
        was_there = Trust(options.state).forget()
    except PermissionError:
        return print_error("The authority is the agent's: try it with sudo.")
    except OSError as error:
        return print_error(f"The authority cannot be forgotten: {error}")
    if not was_there:
        return print_error("No authority is pinned: there is nothing to forget.")
    print("Forgotten: that of the hub that answers next is trusted. bramble-agent status shows its fingerprint.")
    return 0


def check(options: Options) -> int:
    """Returns 0 where the configuration is valid, without using pins and sensors."""
    if not options.config.exists():
        return print_error(f"There is no {options.config}.")
    try:
        config = load(options.config)
    except ConfigError as error:
        return print_config_errors(options, error)
    failed = False
    if config.hub.ca_file is not None and (problem := file_problem(Path(config.hub.ca_file))) is not None:
        failed = True
        print_error(f"{options.config}, line {config.line_of('hub', 'ca_file')}: [hub] {problem}")
    for name, settings in config.inputs.items():
        if not isinstance(settings, CommandInput):
            continue
        try:
            value = settings.measure()
        except (CommandFailed, OSError) as error:
            failed = True
            print_error(f"{options.config}, line {config.line_of('inputs', name, 'run')}: [inputs.{name}] {error}")
        else:
            print(f"{name}: {value:g}{f' {settings.unit}' if settings.unit else ''}")
    if failed:
        return 1
    print(f"{options.config} is right: {len(config.inputs)} inputs, {len(config.outputs)} outputs.")
    return 0


def print_config_errors(options: Options, error: ConfigError) -> int:
    for problem in error.problems:
        print_error(f"{options.config}, {problem}")
    return 1


def print_error(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1
