"""The configuration file: valid content, and the lines of errors."""
import re
import tomllib
import unittest
from pathlib import Path
from unittest import mock

from bramble_agent.agent import ConfigWatch, Options
from bramble_agent.configuration.config import Config, ConfigError, device_id, load, own_name, parse
from bramble_agent.configuration.toml_lines import key_lines
from bramble_agent.peripherals.input_kinds import INPUT_KINDS
from bramble_agent.peripherals.output_kinds import OUTPUT_KINDS, Led

from .support import FolderCase

EXAMPLE = Path(__file__).parent.parent / "bramble-agent.toml"
LED = '[outputs.led]\nkind = "led"\npin = 17\n'


class ParseTest(FolderCase):
    def test_an_empty_file_is_valid(self) -> None:
        config = parse("")
        self.assertEqual((config.interval, config.vitals, config.outputs, config.inputs), (10, True, {}, {}))
        self.assertEqual(config.device, device_id(config.name))

    def test_the_shipped_example_is_valid_also_uncommented(self) -> None:
        text = EXAMPLE.read_text(encoding="utf-8")
        self.assertEqual(parse(text), parse(""))
        offered = parse(re.sub(r"(?m)^# (?=\[|\w+ = )", "", text))
        kinds = {type(one) for one in [*offered.outputs.values(), *offered.inputs.values()]}
        self.assertEqual(kinds, {*OUTPUT_KINDS.values(), *INPUT_KINDS.values()})

    def test_errors_name_the_line(self) -> None:
        cases = {
            "a = 1\nb =": "line 2: Invalid value",
            'name = "x': "line 1: ",
            "nme = 1": "line 1: there is no “nme” here; there is device, name,",
            'device = "a/b"': "line 1: device takes 1 to 64",
            "interval = 0": "line 1: interval is 0.1 to",
            "interval = nan": "line 1: interval takes a number, not nan",
            "\n[hub]\naddress = 5": "line 3: [hub] address takes a text in quotes, not 5",
            '[hub]\ntls = "onn"': "line 2: [hub] tls takes \"auto\", \"on\" or \"off\", not 'onn'; did you mean “on”?",
            '[hub]\nca_file = "ca.pem"': "line 2: [hub] ca_file takes a whole path",
            '[hub]\ntls = "off"\nca_file = "/ca.pem"': 'line 3: [hub] ca_file is for TLS, and tls is "off"',
            "[hub]\nmqtts_port = 0": "line 2: [hub] mqtts_port is 1 to",
            "outputs = 3": "line 1: outputs is a table: write [outputs]",
            '[outputs]\nled = "on"': "line 2: led is a table: write [outputs.led]",
            f'{LED}[outputs.fan]\nkind = "pwm"\npin = "18"': "line 6: [outputs.fan] pin takes a whole number, not '18'",
            '[outputs.led]\nkind = "lamp"': "line 2: [outputs.led] kind is one of led, relay,",
            "[outputs.led]\npin = 1": "line 1: [outputs.led] kind is one of led, relay,",
            '[outputs.led]\nkind = ["led"]': "line 2: [outputs.led] kind is one of",
            '[outputs.led]\nkind = "led"': "line 1: [outputs.led] pin is missing",
            f"{LED}active_high = 1": "line 4: [outputs.led] active_high takes true or false, not 1",
            '[outputs.led]\nkind = "led"\npin = 40': "line 3: [outputs.led] pin 40 is not a GPIO number",
            '[outputs.x]\nkind = "command"\non = "true"': "line 1: [outputs.x] give it run (a button), or on and off",
            '[inputs.ts]\nkind = "motion"\npin = 4': "line 1: [inputs.ts] “ts” cannot be a name",
            '[inputs."a b"]\nkind = "motion"\npin = 4': "line 1: [inputs.a b] “a b” cannot be a name",
            '[inputs.a]\nkind = "motion"\npin = 4\ninterval = 0.01': "line 4: [inputs.a] interval is 0.1 to",
        }
        for text, words in cases.items():
            with self.subTest(text):
                self.refused(text, words)

    def refused(self, text: str, words: str) -> ConfigError:
        with self.assertRaises(ConfigError) as caught:
            parse(text)
        self.assertTrue(str(caught.exception).startswith(words), f"{caught.exception}\nnot\n{words}")
        return caught.exception

    def test_invalid_addresses(self) -> None:
        cases = {
            "http://192.168.1.2:8080": 'not a URL: write address = "192.168.1.2" and http_port = 8080',
            "mqtt://bramble.local": 'not a URL: write address = "bramble.local"',
            "192.168.1.2/": 'not a URL: write address = "192.168.1.2"',
            "192.168.1.2:1883": 'no port and no brackets: write address = "192.168.1.2" and mqtt_port = 1883',
            "[fd00::1]:1884": 'no port and no brackets: write address = "fd00::1" and mqtt_port = 1884',
            "": "is empty",
            " pc.local": 'has spaces around it: write "pc.local"',
            "my pc": "“my pc” is no host name",
            "-pc": "is no host name",
            "pc..local": "is no host name",
            "192.168.1": "“192.168.1” is no IP address",
            "192.168.1.300": "is no IP address",
            "fd00::1::2": "is no IP address",
            "0.0.0.0": "is no address of one machine",
            "::": "is no address of one machine",
            "239.1.2.3": "is no address of one machine",
        }
        for address, words in cases.items():
            with self.subTest(address):
                error = self.refused(f'# where\n[hub]\naddress = "{address}"', "line 3: [hub] ")
                self.assertIn(words, str(error))
        for address in ("192.168.1.2", "pc.local", "pc.local.", "my_pc", "fd00::1", "fe80::1%eth0", "localhost", "pc2"):
            self.assertEqual(parse(f'hub.address = "{address}"').hub.address, address)

    def test_invalid_numbers(self) -> None:
        cases = {
            "[hub]\nmqtt_port = 70000": "line 2: [hub] mqtt_port is 1 to 65535, not 70000",
            "[hub]\nhttp_port = 0": "line 2: [hub] http_port is 1 to 65535, not 0",
            "[hub]\nmqtt_port = -1883": "line 2: [hub] mqtt_port is 1 to",
            "[hub]\nmqtt_port = 8080": "line 2: [hub] mqtt_port and http_port are both 8080",
            "hub = { http_port = 1883 }": "line 1: [hub] mqtt_port and http_port are both 1883",
            "[queue]\nrows = 0": "line 2: [queue] rows is 1 to",
            "[queue]\nmegabytes = -1": "line 2: [queue] megabytes is 0.1 to",
            "[queue]\nmegabytes = inf": "line 2: [queue] megabytes takes a number, not inf",
            "interval = -5": "line 1: interval is 0.1 to 86400 seconds, not -5",
            '[inputs.a]\nkind = "command"\nrun = "echo 1"\ntimeout = 0': "line 4: [inputs.a] timeout is more than 0",
            '[inputs.a]\nkind = "command"\nrun = "echo 1"\ninterval = -1': "line 4: [inputs.a] interval is 0.1 to",
            '[inputs.a]\nkind = "command"\nrun = " "': "line 3: [inputs.a] run is empty",
            '[inputs.a]\nkind = "mcp3008"\nchannel = 8': "line 3: [inputs.a] channel is 0 to 7",
            '[inputs.a]\nkind = "mcp3008"\nchannel = 0\nscale = nan': "line 4: [inputs.a] scale takes a number",
            '[inputs.a]\nkind = "mcp3008"\nchannel = 0\nscale = 0': "line 4: [inputs.a] scale is 0",
            '[inputs.a]\nkind = "bme280"\naddress = 0x67': "line 3: [inputs.a] address is 0x76 or 0x77, not 0x67",
            '[inputs.a]\nkind = "ds18b20"\nid = "28-*"': "line 3: [inputs.a] “28-*” is no id of a DS18B20",
            '[inputs.a]\nkind = "button"\npin = 2\nbounce = -1': "line 4: [inputs.a] bounce is 0 to 10",
            f"{LED}label = ''": "line 4: [outputs.led] label takes 1 to 64",
            '[outputs.x]\nkind = "pwm"\npin = 1\nfrequency = 0': "line 4: [outputs.x] frequency is 1 to",
            '[outputs.x]\nkind = "servo"\npin = 1\nmin = 90\nmax = 0': "line 4: [outputs.x] min is not below max",
            '[outputs.x]\nkind = "command"\nrun = ""': "line 3: [outputs.x] run is empty",
            '[outputs.x]\nkind = "rgb"\nred = 1\ngreen = 28\nblue = 3': "line 4: [outputs.x] green 28 is not a GPIO",
        }
        for text, words in cases.items():
            with self.subTest(text):
                self.refused(text, words)

    def test_a_pin_that_is_used_twice(self) -> None:
        cases = {
            f'{LED}[inputs.b]\nkind = "button"\npin = 17': "line 6: [inputs.b] pin 17 is used twice, here and by [outputs.led] pin",
            f'{LED}[outputs.fan]\npin = 17\nkind = "pwm"': "line 5: [outputs.fan] pin 17 is used twice",
            '[outputs.x]\nkind = "rgb"\nred = 1\ngreen = 5\nblue = 5': "line 5: [outputs.x] pin 5 is used twice, here and by [outputs.x] green",
            f'{LED.replace("17", "9")}[inputs.s]\nkind = "mcp3008"\nchannel = 0': "line 3: [outputs.led] pin 9 belongs to the bus",
            '[inputs.a]\nkind = "bme280"\n[inputs.b]\nkind = "motion"\npin = 3': "line 5: [inputs.b] pin 3 belongs to the bus",
        }
        for text, words in cases.items():
            with self.subTest(text):
                self.refused(text, words)
        two = '[inputs.a]\nkind = "mcp3008"\nchannel = 0\n[inputs.b]\nkind = "mcp3008"\nchannel = 1'
        self.assertEqual(set(parse(two).inputs), {"a", "b"})

    def test_suggests_similar_names(self) -> None:
        cases = {
            'nmae = "x"': ("line 1: ", "did you mean “name”?"),
            f"{LED}[output.fan]\nkind = 'pwm'\npin = 1": ("line 4: there is no “output” here", "did you mean “outputs”?"),
            "[hub]\nmqtt-port = 1883": ("line 2: [hub] there is no “mqtt-port” here", "did you mean “mqtt_port”?"),
            "[hub]\nadress = '1.2.3.4'": ("line 2: [hub] there is no “adress”", "did you mean “address”?"),
            '[inputs.a]\nkind = "BME280"': ("line 2: [inputs.a] kind is one of", "not 'BME280'; did you mean “bme280”?"),
            '[inputs.a]\nkind = "dht11"': ("line 2: [inputs.a] kind is one of", "not 'dht11'; did you mean “dht22”?"),
            "zzz = 1": ("line 1: there is no “zzz” here", "inputs"),
        }
        for text, (start, end) in cases.items():
            with self.subTest(text):
                self.assertTrue(str(self.refused(text, start)).endswith(end))

    def test_an_input_must_not_have_the_name_of_a_vital(self) -> None:
        text = '[inputs.uptime]\nkind = "command"\nrun = "echo 1"'
        self.refused(text, "line 1: [inputs.uptime] “uptime” is measured of this machine itself")
        self.assertEqual(set(parse(f"vitals = false\n{text}").inputs), {"uptime"})

    def test_reports_all_errors_and_keeps_the_identity(self) -> None:
        error = self.refused(
            'device = "greenhouse"\nkey = "k"\n[hub]\naddress = "192.168.1.2"\n[outputs.a]\nkind = "led"\npin = 99\n'
            '[inputs.b]\nkind = "lamp"\n[queue]\nrows = 0',
            "line 7: [outputs.a] pin 99",
        )
        self.assertEqual([problem[:8] for problem in error.problems], ["line 7: ", "line 9: ", "line 11:"])
        usable = error.usable
        assert usable is not None
        self.assertEqual((usable.device, usable.key, usable.hub.address), ("greenhouse", "k", "192.168.1.2"))
        self.assertEqual((usable.outputs, usable.inputs), ({}, {}))

    def test_reports_two_errors_of_one_table(self) -> None:
        error = self.refused('[hub]\naddress = "http://192.168.1.2"\nmqtt_port = 70000\nhttp_port = 0', "line 2: [hub]")
        self.assertEqual([problem[:6] for problem in error.problems], ["line 2", "line 3", "line 4"])

    def test_a_file_of_another_editor(self) -> None:
        windows = self.folder / "windows.toml"
        windows.write_bytes(b'\xef\xbb\xbfname = "Gew\xc3\xa4chshaus"\r\ninterval = 5\r\n')
        self.assertEqual((load(windows).name, load(windows).interval), ("Gewächshaus", 5))
        windows.write_bytes(b'interval = 5\nname = "Gew\xe4chshaus"\n')
        with self.assertRaisesRegex(ConfigError, "line 2: the file is not UTF-8"):
            load(windows)
        with self.assertRaisesRegex(ConfigError, "line 1: the file cannot be read: Is a directory"):
            load(self.folder)

    def test_lines_of_keys_in_all_notations(self) -> None:
        text = (
            '# [hub]\ntitle = """\n[hub]\nport = 1\n"""\nlist = [\n  1, # [x]\n  { a = 1 },\n]\n'
            "[hub] # address = 1\n  'address' = \"a#b\"\n[outputs]\nled = { kind = \"led\", pin = 1 }\nfan.pin = 2\n"
            '[ inputs . "a" ]\nrun = \'echo "[hub]"\'\n[[many]]\nx = 1979-05-27T07:32:00Z\n'
        )
        tomllib.loads(text)
        self.assertEqual(
            key_lines(text),
            {
                ("title",): 2, ("list",): 6, ("hub",): 10, ("hub", "address"): 11, ("outputs",): 12,
                ("outputs", "led"): 13, ("outputs", "led", "kind"): 13, ("outputs", "led", "pin"): 13,
                ("outputs", "fan"): 14, ("outputs", "fan", "pin"): 14, ("inputs",): 15, ("inputs", "a"): 15,
                ("inputs", "a", "run"): 16, ("many",): 17, ("many", "x"): 18,
            },
        )

    def test_host_names_become_device_ids(self) -> None:
        names = {"raspi-07": "raspi-07", "Bäckerei pi": "B-ckerei-pi", "-x": "x", "é": "raspberrypi"}
        names["a" * 70] = "a" * 64
        self.assertEqual({name: device_id(name) for name in names}, names)

    def test_a_default_host_name_gets_the_serial_number(self) -> None:
        serial = self.folder / "proc/device-tree/serial-number"
        for host, name in {"raspberrypi": "raspberrypi", "raspi-07": "raspi-07"}.items():
            with self.subTest(host), mock.patch("socket.gethostname", return_value=host):
                self.assertEqual(own_name(self.folder), name)
        serial.parent.mkdir(parents=True)
        serial.write_text("10000000abcdef12\0")
        for host, name in {"raspberrypi": "raspberrypi-cdef12", "raspi-07": "raspi-07"}.items():
            with self.subTest(host), mock.patch("socket.gethostname", return_value=host):
                self.assertEqual(own_name(self.folder), name)


class WatchTest(FolderCase):
    def test_detects_a_change_and_ignores_an_invalid_file(self) -> None:
        options = Options(config=self.folder / "agent.toml", state=self.folder, run=self.folder)
        watch = ConfigWatch(options)
        first = watch.poll()
        self.assertIsInstance(first, Config)
        self.assertIsNone(watch.poll())
        self.write("agent.toml", LED)
        self.assertIsNone(watch.poll())
        changed = watch.poll()
        assert isinstance(changed, Config)
        self.assertEqual(changed.outputs, {"led": Led(pin=17)})
        self.write("agent.toml", LED + "pin = 18\n")
        self.assertIsNone(watch.poll())
        broken = watch.poll()
        assert isinstance(broken, ConfigError)
        self.assertIn("line 4", broken.problems[0])
        self.assertIsNone(watch.poll())
        (self.folder / "agent.toml").unlink()
        self.assertIsNone(watch.poll())
        self.assertEqual(watch.poll(), first)

    def test_a_file_emptied_by_an_editor_is_not_loaded(self) -> None:
        file = self.write("agent.toml", LED)
        watch = ConfigWatch(Options(config=file, state=self.folder, run=self.folder))
        self.assertIsInstance(watch.poll(), Config)
        self.write("agent.toml", "")
        self.assertIsNone(watch.poll())
        self.write("agent.toml", LED.replace("17", "18"))
        self.assertIsNone(watch.poll())
        changed = watch.poll()
        assert isinstance(changed, Config)
        self.assertEqual(changed.outputs, {"led": Led(pin=18)})
        self.assertIsNone(watch.poll())


if __name__ == "__main__":
    unittest.main()
