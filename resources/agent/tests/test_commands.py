"""Each command is executed once, none after its expiry, and every one is answered."""
import json
import queue
import threading
import time
import unittest
from dataclasses import dataclass
from typing import Any

from bramble_agent.configuration.config import parse
from bramble_agent.hub.commands import INTERRUPTED_MESSAGE, Commands
from bramble_agent.hub.link import LinkLost
from bramble_agent.peripherals.output_kinds import Led, Output, OutputSettings, PinOutput
from bramble_agent.peripherals.outputs import Outputs
from bramble_agent.storage.database import RETRY_DISK_AFTER_MS
from bramble_agent.storage.seen_commands import MAX_REMEMBERED_COMMANDS, SeenCommands

from .support import NOON_MS, FolderCase

CONFIG = """
[outputs.led]
kind = "led"
pin = 17
[outputs.fan]
kind = "pwm"
pin = 18
[outputs.shade]
kind = "servo"
pin = 12
[outputs.lamp]
kind = "rgb"
red = 5
green = 6
blue = 13
[outputs.count]
kind = "command"
run = "echo x >> FOLDER/count"
[outputs.radio]
kind = "command"
on = "true"
off = "echo no such station >&2; exit 3"
"""


@dataclass(frozen=True, kw_only=True)
class Broken(OutputSettings):
    """An output whose pin library fails once it is open."""

    def control(self) -> dict[str, Any]:
        return {"kind": "switch"}

    def open(self) -> Output:
        def fail(*_values: object) -> Any:
            raise RuntimeError("the pins are gone")

        return PinOutput(fail, fail, fail)


class CommandsTest(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        self.outputs = Outputs(self.board)
        self.outputs.configure(parse(CONFIG.replace("FOLDER", str(self.folder))).outputs)
        self.addCleanup(self.outputs.close)
        self.begin()

    def begin(self) -> None:
        self.seen = SeenCommands(self.folder / "commands.db", lambda: self.time.up_ms)
        self.addCleanup(self.seen.close)
        self.commands = Commands(self.outputs, self.seen, self.time.clock)

    def send(self, control: str, value: Any = None, command_id: str = "c1") -> dict[str, Any]:
        message = {"id": command_id, "control": control, "value": value, "at": NOON_MS, "ttl_ms": 60_000}
        reply = self.commands.handle(json.dumps(message).encode())
        assert reply is not None
        answer: dict[str, Any] = json.loads(reply)
        return answer

    def count(self) -> int:
        file = self.folder / "count"
        return file.read_text().count("x") if file.exists() else 0

    def failure_of(self, *args: Any, **more: Any) -> str:
        with self.assertLogs("commands", "WARNING"):
            reply = self.send(*args, **more)
        self.assertIs(reply["ok"], False)
        return str(reply["error"])

    def test_every_kind_of_output(self) -> None:
        sent = {"led": True, "fan": 40, "shade": -45, "lamp": "#ff8000", "count": None, "radio": True}
        for number, (control, value) in enumerate(sent.items()):
            with self.subTest(control):
                reply = self.send(control, value, str(number))
                self.assertEqual(reply, {"id": str(number), "ok": True, "value": True if value is None else value})
        self.assertEqual(self.outputs.state(), {name: value for name, value in sent.items() if value is not None})
        self.assertEqual(self.count(), 1)

    def test_invalid_values_are_refused_with_a_message(self) -> None:
        cases = [
            ("led", 1, "it takes true or false"),
            ("fan", 101, "it takes a number from 0 to 100"),
            ("fan", True, "it takes a number from 0 to 100"),
            ("fan", float("nan"), "it takes a number from 0 to 100"),
            ("shade", "left", "it takes a number from -90 to 90"),
            ("lamp", "#ff80", "it takes a colour such as #ff8800"),
            ("count", 3, "it is a button and takes no value"),
            ("horn", True, "there is no “horn” here"),
            ("radio", False, "the command ended with 3: no such station"),
        ]
        for number, (control, value, words) in enumerate(cases):
            with self.subTest(control, value=value):
                self.assertEqual(self.failure_of(control, value, str(number)), words)
        self.assertEqual(self.outputs.state(), {"led": False, "fan": 0, "lamp": "#000000"})

    def test_a_duplicate_id_gets_the_same_reply_without_execution(self) -> None:
        first = self.send("count")
        self.assertEqual(self.send("count"), first)
        self.assertEqual(self.send("led", True), first)
        self.assertEqual((self.count(), self.outputs.state()["led"]), (1, False))

    def test_an_id_is_known_after_a_restart(self) -> None:
        first = self.send("count")
        self.seen.close()
        self.begin()
        self.assertEqual(self.send("count"), first)
        self.assertEqual(self.count(), 1)

    def test_an_interrupted_command_is_not_repeated(self) -> None:
        self.seen.begin("c1")
        self.seen.close()
        self.begin()
        self.assertEqual(self.failure_of("count"), INTERRUPTED_MESSAGE)
        self.assertEqual(self.count(), 0)

    def test_an_unacknowledged_reply_is_resent(self) -> None:
        acknowledged: list[tuple[str, str]] = []

        def broken(leaf: str, payload: str) -> None:
            raise LinkLost("the connection to the hub ended")

        message = {"id": "c1", "control": "led", "value": True, "at": NOON_MS, "ttl_ms": 60_000}
        with self.assertLogs("commands", "WARNING"):
            self.commands._answer(json.dumps(message).encode(), broken)
        with self.assertRaises(LinkLost):
            self.commands.resend_replies(broken)
        self.commands.resend_replies(lambda leaf, payload: acknowledged.append((leaf, payload)))
        self.commands.resend_replies(lambda leaf, payload: acknowledged.append((leaf, payload)))
        self.assertEqual(acknowledged, [("reply", '{"id": "c1", "ok": true, "value": true}')])

    def test_each_command_is_executed_once_on_a_read_only_disk(self) -> None:
        assert self.seen._db is not None
        self.seen._db.execute("PRAGMA query_only = ON")
        with self.assertLogs("commands", "ERROR") as logs:
            first = self.send("count")
        self.assertIn("may be done twice", logs.output[0])
        self.assertEqual(self.seen.disk_error is None, False)
        self.assertEqual(self.send("count"), first)
        self.assertEqual(self.count(), 1)
        # Only after the retry period; then it is on the disk, and known after a restart, too.
        self.seen.try_disk()
        self.assertIsNotNone(self.seen.disk_error)
        self.time.advance(RETRY_DISK_AFTER_MS)
        self.seen.try_disk()
        self.assertIsNone(self.seen.disk_error)
        self.seen.close()
        self.begin()
        self.assertEqual(self.send("count"), first)
        self.assertEqual(self.count(), 1)

    def test_a_disk_that_is_read_only_at_the_start(self) -> None:
        first = self.send("count")
        self.seen.close()
        (self.folder / "kept").mkdir()
        for file in self.folder.glob("commands.db*"):
            file.rename(self.folder / "kept" / file.name)
        self.write("state", "a file where the folder should be")
        with self.assertLogs("commands", "ERROR"):
            self.seen = SeenCommands(self.folder / "state" / "commands.db", lambda: self.time.up_ms)
        self.commands = Commands(self.outputs, self.seen, self.time.clock)
        second = self.send("count", command_id="c2")
        (self.folder / "state").unlink()
        (self.folder / "kept").rename(self.folder / "state")
        self.time.advance(RETRY_DISK_AFTER_MS)
        self.seen.try_disk()
        self.addCleanup(self.seen.close)
        self.assertIsNone(self.seen.disk_error)
        self.assertEqual((self.send("count"), self.send("count", command_id="c2")), (first, second))
        self.assertEqual(self.count(), 2)

    def test_old_ids_are_removed(self) -> None:
        for number in range(MAX_REMEMBERED_COMMANDS + 10):
            self.seen.begin(str(number))
        assert self.seen._db is not None
        rows = self.seen._db.execute("SELECT count(*), min(CAST(id AS INTEGER)) FROM seen").fetchone()
        self.assertEqual(rows, (MAX_REMEMBERED_COMMANDS, 10))

    def test_a_command_expired_by_the_hubs_clock_is_not_executed(self) -> None:
        self.time.clock.set_hub_time(NOON_MS + 59_000, self.time.up_ms)
        self.assertIs(self.send("count", command_id="in time")["ok"], True)
        self.time.advance(3_000)
        self.assertEqual(self.failure_of("count", command_id="late"), "it came 2 s too late")
        self.assertEqual(self.count(), 1)

    def test_a_command_without_a_time_to_live_never_expires(self) -> None:
        reply = self.commands.handle(b'{"id":"by hand","control":"led","value":true}')
        self.assertEqual(json.loads(reply or ""), {"id": "by hand", "ok": True, "value": True})

    def test_invalid_messages_are_ignored(self) -> None:
        for payload in (b"", b"on", b"[]", b'{"control":"led"}', b'{"id":"","control":"led"}', b'{"id":"x"}',
                        b'{"id":"x","control":"led","value":{}}', b"\xff", b"[" * 100_000):
            with self.subTest(payload[:40]), self.assertLogs("commands", "WARNING"):
                self.assertIsNone(self.commands.handle(payload))

    def test_outputs_with_unchanged_settings_stay_open(self) -> None:
        self.send("led", True)
        changed = CONFIG.replace("pin = 18", "pin = 19").replace("FOLDER", str(self.folder))
        self.outputs.configure(parse(changed).outputs)
        self.assertIs(self.outputs.state()["led"], True)

    def test_the_same_pin_may_move_to_another_output(self) -> None:
        self.outputs.configure(parse('[outputs.lamp]\nkind = "led"\npin = 17\ninitial = true').outputs)
        self.assertEqual(self.outputs.state(), {"lamp": True})

    def test_a_pin_library_error_is_reported_without_a_crash(self) -> None:
        self.outputs.configure({"horn": Broken()})
        self.assertEqual(self.failure_of("horn", True), "RuntimeError: the pins are gone")
        self.assertEqual(self.outputs.state(), {})
        self.board.write(0, 0, 0)
        self.assertIn("output horn", (self.folder / "status.json").read_text())
        with self.assertLogs("devices", "WARNING"):
            self.outputs.configure({})

    def test_a_running_command_blocks_neither_other_outputs_nor_close(self) -> None:
        go, began = self.folder / "go", self.folder / "began"
        slow = f'[outputs.slow]\nkind = "command"\nrun = "touch {began}; until [ -e {go} ]; do sleep 0.01; done"\n'
        self.outputs.configure(parse(f'{slow}[outputs.led]\nkind = "led"\npin = 17').outputs)
        told: queue.Queue[Any] = queue.Queue()
        acting = threading.Thread(target=self.outputs.act, args=("slow", None))
        asking = threading.Thread(target=lambda: told.put((self.outputs.state(), len(self.outputs.controls()))))
        closing = threading.Thread(target=self.outputs.close)
        acting.start()
        for thread in (acting, asking, closing):
            self.addCleanup(lambda thread=thread: thread.is_alive() and thread.join())
        self.addCleanup(go.touch)
        while not began.exists():
            time.sleep(0.01)
        asking.start()
        self.assertEqual(told.get(timeout=10), ({"led": False}, 2))
        closing.start()
        closing.join(10)
        self.assertFalse(closing.is_alive())

    def test_reports_a_pin_in_use(self) -> None:
        # As if by another program: within one configuration it is an error.
        twice = {name: Led(pin=17) for name in ("a", "b")}
        with self.assertLogs("outputs", "ERROR") as logs:
            self.outputs.configure(twice)
        self.assertIn("GPIOPinInUse", logs.output[0])
        self.assertIn("GPIOPinInUse", self.failure_of("b", True))

    def test_controls_of_the_about_message(self) -> None:
        labelled = parse(
            '[outputs.led]\nkind = "led"\npin = 17\nlabel = "Light"\n'
            '[outputs.off]\nkind = "command"\nrun = "true"\nconfirm = true'
        )
        self.outputs.configure(labelled.outputs)
        self.assertEqual(
            self.outputs.controls(),
            [{"id": "led", "label": "Light", "kind": "switch"}, {"id": "off", "kind": "button", "confirm": True}],
        )


if __name__ == "__main__":
    unittest.main()
