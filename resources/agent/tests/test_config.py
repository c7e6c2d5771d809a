"""The configuration file: what it may say, and in which line it is wrong."""
import re
import unittest
from pathlib import Path
from unittest import mock

from bramble_agent.agent import ConfigWatch, Options
from bramble_agent.cli import hub_argument
from bramble_agent.config import Config, ConfigError, HubSettings, device_id, own_name, parse
from bramble_agent.inputs import INPUT_KINDS
from bramble_agent.outputs import OUTPUT_KINDS, Led

from .support import FolderCase

EXAMPLE = Path(__file__).parent.parent / "bramble-agent.toml"
LED = '[outputs.led]\nkind = "led"\npin = 17\n'


class ParseTest(FolderCase):
    def test_without_a_word_it_is_a_configuration(self) -> None:
        config = parse("")
        self.assertEqual((config.interval, config.vitals, config.outputs, config.inputs), (10, True, {}, {}))
        self.assertEqual(config.device, device_id(config.name))

    def test_the_example_as_it_ships_is_valid_and_so_is_all_that_it_offers(self) -> None:
        text = EXAMPLE.read_text(encoding="utf-8")
        self.assertEqual(parse(text), parse(""))
        offered = parse(re.sub(r"(?m)^# (?=\[|\w+ = )", "", text))
        kinds = {type(one) for one in [*offered.outputs.values(), *offered.inputs.values()]}
        self.assertEqual(kinds, {*OUTPUT_KINDS.values(), *INPUT_KINDS.values()})

    def test_says_what_is_wrong_and_where(self) -> None:
        cases = {
            "a = 1\nb =": "line 2: Invalid value",
            'name = "x': "line 1: ",
            "nme = 1": "line 1: there is no “nme” here; there is device, name,",
            'device = "a/b"': "line 1: device takes 1 to 64",
            "interval = 0": "line 1: interval is 0.1 to",
            "interval = nan": "line 1: interval is 0.1 to",
            "\n[hub]\naddress = 5": "line 3: [hub] address takes a text in quotes, not 5",
            "outputs = 3": "line 1: outputs is a table: write [outputs]",
            '[outputs]\nled = "on"': "line 1: led is a table: write [outputs.led]",
            f'{LED}[outputs.fan]\nkind = "pwm"\npin = "18"': "line 6: [outputs.fan] pin takes a whole number, not '18'",
            '[outputs.led]\nkind = "lamp"': "line 2: [outputs.led] kind is one of led, relay,",
            "[outputs.led]\npin = 1": "line 1: [outputs.led] kind is one of led, relay,",
            '[outputs.led]\nkind = ["led"]': "line 2: [outputs.led] kind is one of",
            '[outputs.led]\nkind = "led"': "line 1: [outputs.led] pin is missing",
            f"{LED}active_high = 1": "line 4: [outputs.led] active_high takes true or false, not 1",
            '[outputs.led]\nkind = "led"\npin = 40': "line 1: [outputs.led] pin 40 is not a GPIO number",
            '[outputs.x]\nkind = "command"\non = "true"': "line 1: [outputs.x] give it run (a button), or on and off",
            '[inputs.ts]\nkind = "motion"\npin = 4': "line 1: [inputs.ts] “ts” cannot be a name",
            '[inputs."a b"]\nkind = "motion"\npin = 4': "line 1: [inputs.a b] “a b” cannot be a name",
            '[inputs.a]\nkind = "motion"\npin = 4\ninterval = 0.01': "line 4: [inputs.a] interval is 0.1 to",
        }
        for text, words in cases.items():
            with self.subTest(text), self.assertRaises(ConfigError) as caught:
                parse(text)
            self.assertTrue(str(caught.exception).startswith(words), f"{caught.exception}\nnot\n{words}")

    def test_host_names_become_device_ids(self) -> None:
        names = {"raspi-07": "raspi-07", "Bäckerei pi": "B-ckerei-pi", "-x": "x", "é": "raspberrypi"}
        names["a" * 70] = "a" * 64
        self.assertEqual({name: device_id(name) for name in names}, names)

    def test_the_host_name_that_every_system_is_born_with_gets_the_serial_number(self) -> None:
        serial = self.folder / "proc/device-tree/serial-number"
        for host, name in {"raspberrypi": "raspberrypi", "raspi-07": "raspi-07"}.items():
            with self.subTest(host), mock.patch("socket.gethostname", return_value=host):
                self.assertEqual(own_name(self.folder), name)
        serial.parent.mkdir(parents=True)
        serial.write_text("10000000abcdef12\0")
        for host, name in {"raspberrypi": "raspberrypi-cdef12", "raspi-07": "raspi-07"}.items():
            with self.subTest(host), mock.patch("socket.gethostname", return_value=host):
                self.assertEqual(own_name(self.folder), name)

    def test_the_hub_on_the_command_line(self) -> None:
        def hub(address: str, mqtt_port: int = 1883, http_port: int = 8080) -> HubSettings:
            return HubSettings(address=address, mqtt_port=mqtt_port, http_port=http_port, discover=False)

        self.assertEqual(hub_argument("pc.local"), hub("pc.local"))
        self.assertEqual(hub_argument("10.0.0.2:1884"), hub("10.0.0.2", 1884))
        self.assertEqual(hub_argument("10.0.0.2:1884:8081"), hub("10.0.0.2", 1884, 8081))
        self.assertEqual(hub_argument("[fd00::2]:1884"), hub("fd00::2", 1884))
        self.assertEqual(hub_argument("fd00::2"), hub("fd00::2"))


class WatchTest(FolderCase):
    def test_a_change_is_seen_and_a_broken_file_changes_nothing(self) -> None:
        options = Options(config=self.folder / "agent.toml", state=self.folder, run=self.folder)
        watch = ConfigWatch(options)
        first = watch.look()
        self.assertIsInstance(first, Config)
        self.assertIsNone(watch.look())
        self.write("agent.toml", LED)
        changed = watch.look()
        assert isinstance(changed, Config)
        self.assertEqual(changed.outputs, {"led": Led(pin=17)})
        self.write("agent.toml", LED + "pin = 18\n")
        broken = watch.look()
        assert isinstance(broken, ConfigError)
        self.assertIn("line 4", str(broken))
        self.assertIsNone(watch.look())
        (self.folder / "agent.toml").unlink()
        self.assertEqual(watch.look(), first)


if __name__ == "__main__":
    unittest.main()
