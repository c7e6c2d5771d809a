"""Vitals, the sampler's schedule, and the `about` message, with fake kernel files."""
import json
import os
import threading
import unittest
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from unittest import mock

from gpiozero import Device

from bramble_agent.configuration.config import parse
from bramble_agent.hub.about import about, machine_model
from bramble_agent.machine.shell import CommandFailed
from bramble_agent.peripherals.input_kinds import InputSettings, printed_number
from bramble_agent.sampler import Sampler
from bramble_agent.sensors.vitals import Vitals
from bramble_agent.storage.outbox import Outbox

from .support import FolderCase

THROTTLING = ("undervoltage", "throttled", "undervoltage_occurred", "throttled_occurred")


class VitalsTest(FolderCase):
    def test_reads_available_vitals(self) -> None:
        self.write("sys/class/thermal/thermal_zone0/temp", "48312\n")
        self.write("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n")
        self.write("proc/meminfo", "MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable: 250 kB\n")
        self.write("proc/loadavg", "0.52 0.58 0.59 1/389 12345\n")
        self.write("proc/uptime", "3600.25 14000.00\n")
        self.write(
            "proc/net/wireless",
            "Inter-| sta-|   Quality        |   Discarded packets\n face | tus | link level noise\n"
            " wlan0: 0000   58.  -52.  -256        0      0      0      0     24        0\n",
        )
        values, impossible = Vitals(self.folder).read()
        self.assertIsNone(impossible)
        self.assertTrue(0 <= values.pop("disk_used") <= 100)
        self.assertEqual(
            values,
            {"cpu_temperature": 48.312, "undervoltage": 1, "throttled": 1, "undervoltage_occurred": 1,
             "throttled_occurred": 1, "memory_used": 75, "load": 0.52, "wifi_signal": -52, "uptime": 3600.25},
        )

    def test_missing_vitals_are_omitted_silently(self) -> None:
        self.write("proc/net/wireless", "Inter-| sta-|\n face | tus |\n")
        values, impossible = Vitals(self.folder).read()
        self.assertEqual((set(values) - set(THROTTLING), impossible), ({"disk_used"}, None))

    def test_throttling_between_two_readings_is_reported(self) -> None:
        cases = {
            "0": (0, 0, 0, 0),
            "50000": (0, 0, 1, 1),
            "0x10000": (0, 0, 1, 0),
            "20000": (0, 0, 0, 1),
            "80000": (0, 0, 0, 1),
            "50005": (1, 1, 1, 1),
            "f000f": (1, 1, 1, 1),
        }
        for text, expected in cases.items():
            self.write("sys/devices/platform/soc/soc:firmware/get_throttled", f"{text}\n")
            values, _ = Vitals(self.folder).read()
            with self.subTest(text):
                self.assertEqual(tuple(values[name] for name in THROTTLING), expected)

    def test_impossible_vitals_are_omitted_and_reported(self) -> None:
        cases = {
            "sys/class/thermal/thermal_zone0/temp": {
                "-274000": "a CPU temperature of -274 °C is impossible", "2147483647": "a CPU temperature of 2.147",
            },
            "sys/devices/platform/soc/soc:firmware/get_throttled": {"ffffffff": "get_throttled says 0xffffffff"},
            "proc/meminfo": {
                "MemTotal: 1000 kB\nMemAvailable: 4000 kB": "a used memory of -300 % is impossible",
                "MemTotal: 0 kB\nMemAvailable: 0 kB": "a memory of 0 kB",
            },
            "proc/loadavg": {"nan 0 0": "a load of nan is impossible", "-1 0 0": "a load of -1"},
            "proc/uptime": {"inf 0": "an uptime of inf s", "-5 0": "an uptime of -5 s"},
        }
        for path, texts in cases.items():
            for text, words in texts.items():
                file = self.write(path, f"{text}\n")
                values, impossible = Vitals(self.folder).read()
                with self.subTest(path, text=text):
                    self.assertEqual(set(values) - set(THROTTLING), {"disk_used"})
                    self.assertIn(words, impossible or "")
                file.unlink()

    def test_unknown_values_are_omitted_silently(self) -> None:
        wireless = "Inter-| sta-|\n face | tus |\n wlan0: 0000   0.  LEVEL  -256        0\n"
        cases = [
            ("proc/meminfo", "MemTotal:  1000 kB\nMemFree: 1 kB\n"),
            ("proc/meminfo", "MemTotal:\n"),
            *(("proc/net/wireless", wireless.replace("LEVEL", level)) for level in ("-256.", "0.", "70.")),
        ]
        for path, text in cases:
            file = self.write(path, text)
            values, impossible = Vitals(self.folder).read()
            with self.subTest(path, text=text):
                self.assertEqual((set(values) - set(THROTTLING), impossible), ({"disk_used"}, None))
            file.unlink()

    def test_a_disk_without_blocks_is_ignored(self) -> None:
        empty = os.statvfs_result((4096, 4096, 10, 10, 0, 0, 0, 0, 0, 255))
        with mock.patch("os.statvfs", return_value=empty):
            self.assertEqual(set(Vitals(self.folder).read()[0]) - set(THROTTLING), set())


class Chip:
    """A sensor with a constant value, while it is connected."""

    def __init__(self, value: float) -> None:
        self.value = value
        self.is_there = True
        self.is_closed = False

    def read(self) -> dict[str, float]:
        if not self.is_there:
            raise OSError("nothing answers")
        return {"": self.value}

    def close(self) -> None:
        self.is_closed = True


@dataclass(frozen=True, kw_only=True)
class ChipInput(InputSettings):
    """An input whose chip is replaced."""

    chips: Iterator[Chip]

    def open(self, changed: Callable[[], None]) -> Chip:
        return next(self.chips)


class SamplerTest(FolderCase):
    def setUp(self) -> None:
        super().setUp()
        self.outbox = Outbox(self.folder / "outbox.db", self.time.clock, "boot", 1_000, 1_000_000)
        self.addCleanup(self.outbox.close)
        self.sampler = Sampler(self.outbox, Vitals(self.folder), self.board)
        self.stop = threading.Event()

    def run_sampler(self, text: str) -> None:
        self.sampler.configure(parse(text))
        self.start()

    def start(self) -> None:
        thread = threading.Thread(target=self.sampler.run, args=(self.stop,))
        thread.start()

        def end() -> None:
            self.stop.set()
            self.sampler.interrupt()
            thread.join()

        self.addCleanup(end)

    def next(self) -> dict[str, float]:
        """The next queued message."""
        while (batch := self.outbox.oldest()) is None:
            self.assertTrue(self.outbox.filled.wait(10))
            self.outbox.filled.clear()
        message: dict[str, float]
        message, *_ = json.loads(batch.payload)
        self.outbox.remove(batch)
        del message["ts"]
        return message

    def test_inputs_due_together_are_one_message_despite_a_failing_one(self) -> None:
        self.run_sampler(
            'vitals = false\n[inputs.a]\nkind = "command"\nrun = "echo 4.5"\n'
            '[inputs.b]\nkind = "command"\nrun = "echo much"\n[inputs.c]\nkind = "command"\nrun = "echo 2"'
        )
        self.assertEqual(self.next(), {"a": 4.5, "c": 2})
        self.board.write(0, 0, 0)
        self.assertIn("printed no number: 'much'", (self.folder / "status.json").read_text())

    def test_a_command_must_print_exactly_one_number(self) -> None:
        for text, number in {"4.5": 4.5, "-3": -3, "+.5": 0.5, "1e3": 1000, "7.": 7}.items():
            self.assertEqual(printed_number(text), number)
        for text in ("nan", "NaN", "-nan", "inf", "-Infinity", "1e999", "1_000", "4,5", "1 2", "0x10", "٣", "temp=48.3'C"):
            with self.subTest(text), self.assertRaisesRegex(CommandFailed, "printed no number"):
                printed_number(text)
        with self.assertRaisesRegex(CommandFailed, "printed nothing"):
            printed_number("")

    def test_impossible_vitals_are_logged(self) -> None:
        self.write("proc/uptime", "-1 0\n")
        with self.assertLogs("inputs", "WARNING") as logs:
            self.run_sampler("interval = 3600")
            self.assertIn("disk_used", self.next())
        self.assertIn("an uptime of -1 s is impossible", logs.output[0])
        self.board.write(0, 0, 0)
        self.assertIn("an uptime of -1 s is impossible", (self.folder / "status.json").read_text())

    def test_a_button_is_reported_at_once(self) -> None:
        self.run_sampler('vitals = false\ninterval = 3600\n[inputs.door]\nkind = "button"\npin = 2\nbounce = 0')
        self.assertEqual(self.next(), {"door": 0})
        pin = Device.pin_factory.pin(2)
        pin.drive_low()
        self.assertEqual(self.next(), {"door": 1})
        pin.drive_high()
        self.assertEqual(self.next(), {"door": 0})

    def test_a_hanging_command_blocks_no_input_and_is_reported_when_it_ends(self) -> None:
        go = self.folder / "go"
        self.run_sampler(
            f'vitals = false\ninterval = 0.1\n[inputs.slow]\nkind = "command"\n'
            f'run = "until [ -e {go} ]; do sleep 0.01; done; echo 7"\n[inputs.quick]\nkind = "command"\nrun = "echo 1"'
        )
        self.addCleanup(go.touch)
        for _ in range(5):
            self.assertEqual(self.next(), {"quick": 1})
        go.touch()
        while "slow" not in (message := self.next()):
            self.assertEqual(message, {"quick": 1})
        self.assertEqual(message["slow"], 7)

    def test_a_shorter_interval_takes_effect_immediately(self) -> None:
        config = 'vitals = false\ninterval = 3600\n[inputs.a]\nkind = "command"\nrun = "echo 1"'
        self.run_sampler(config)
        self.assertEqual(self.next(), {"a": 1})
        self.sampler.configure(parse(config.replace("3600", "0.1")))
        self.assertEqual(self.next(), {"a": 1})

    def test_a_failing_sensor_is_reopened(self) -> None:
        chips = [Chip(1), Chip(2)]
        config = replace(parse("vitals = false\ninterval = 0.1"), inputs={"air": ChipInput(chips=iter(chips))})
        self.sampler.configure(config)
        self.start()
        self.assertEqual(self.next(), {"air": 1})
        with self.assertLogs("inputs", "INFO") as logs:
            # It is replaced by another one.
            chips[0].is_there = False
            while (message := self.next()) == {"air": 1}:
                pass
        self.assertEqual(message, {"air": 2})
        self.assertTrue(chips[0].is_closed)
        self.assertIn("air cannot be read: line 1: nothing answers", logs.output[0])

    def test_a_new_configuration_takes_effect_immediately(self) -> None:
        self.run_sampler('vitals = false\ninterval = 3600\n[inputs.a]\nkind = "command"\nrun = "echo 1"')
        self.assertEqual(self.next(), {"a": 1})
        self.sampler.configure(parse('vitals = false\ninterval = 3600\n[inputs.hall]\nkind = "motion"\npin = 4'))
        self.assertEqual(self.next(), {"hall": 0})


class AboutTest(FolderCase):
    def test_describes_the_declared_device(self) -> None:
        self.write("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
        config = parse(
            'name = "Attic"\nvitals = false\n[inputs.air]\nkind = "bme280"\nlabel = "Attic"\n'
            '[inputs.water]\nkind = "ds18b20"\nlabel = "Tank"\n[inputs.soil]\nkind = "mcp3008"\nchannel = 0'
        )
        self.assertEqual(
            json.loads(about(config, [], self.folder)),
            {
                "name": "Attic",
                "controls": [],
                "model": "Raspberry Pi 4 Model B Rev 1.4",
                "metrics": {
                    "air.temperature": {"unit": "°C", "label": "Attic temperature"},
                    "air.humidity": {"unit": "%", "label": "Attic humidity"},
                    "air.pressure": {"unit": "hPa", "label": "Attic pressure"},
                    "water": {"unit": "°C", "label": "Tank"},
                    "soil": {"unit": "%"},
                },
            },
        )

    def test_what_hangs_on_it_comes_before_the_vitals(self) -> None:
        message = about(parse('[inputs.water]\nkind = "ds18b20"'), [], self.folder)
        self.assertEqual(list(json.loads(message)["metrics"])[:2], ["water", "cpu_temperature"])

    def test_a_machine_without_a_device_tree_has_no_model(self) -> None:
        self.assertIsNone(machine_model(self.folder))


if __name__ == "__main__":
    unittest.main()
