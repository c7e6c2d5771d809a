"""Sensors: with fake kernel files, a fake I2C bus, and mock pins."""
import unittest

from bramble_agent.sensors import bme280
from bramble_agent.sensors.dht22 import read_dht22
from bramble_agent.sensors.ds18b20 import read_ds18b20

from .support import FolderCase

W1 = "sys/bus/w1/devices"
GOOD = "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n"


class Ds18b20Test(FolderCase):
    def test_reads_degrees(self) -> None:
        self.write(f"{W1}/28-0316a2794b21/w1_slave", GOOD)
        self.assertEqual(read_ds18b20(self.folder, None), 23.125)

    def test_below_zero(self) -> None:
        self.write(f"{W1}/28-1/w1_slave", GOOD.replace("23125", "-1062"))
        self.assertEqual(read_ds18b20(self.folder, None), -1.062)

    def test_rejects_invalid_data(self) -> None:
        cases = {GOOD.replace("YES", "NO"): "broken", "": "broken", GOOD.replace("23125", "85000"): "powered on"}
        for text, words in cases.items():
            self.write(f"{W1}/28-1/w1_slave", text)
            with self.subTest(text), self.assertRaisesRegex(OSError, words):
                read_ds18b20(self.folder, None)

    def test_impossible_readings_are_errors(self) -> None:
        def sent(scratchpad: str, millidegrees: int) -> str:
            crc = scratchpad.split()[-1]
            return f"{scratchpad} : crc={crc} YES\n{scratchpad} t={millidegrees}\n"

        cases = {
            # Shorted: zeros have a valid checksum.
            sent("00 00 00 00 00 00 00 00 00", 0): "nothing but 00: .*shorted or disconnected",
            sent("ff ff ff ff ff ff ff ff ff", -62): "nothing but ff: .*shorted or disconnected",
            "ff ff ff ff ff ff ff ff ff : crc=c9 NO\nff ff ff ff ff ff ff ff ff t=-62\n": "nothing but ff",
            sent("50 05 4b 46 7f ff 0c 10 1c", 85_000): "powered on",
            sent("10 f8 4b 46 7f ff 10 10 11", -127_000): "-127 °C is impossible: -55 to 125 °C",
            sent("ff 07 4b 46 7f ff 01 10 11", 127_937): "127.937 °C is impossible",
            GOOD.replace("t=23125", "t="): "broken",
            GOOD.replace("t=23125", "t=2x"): "broken",
        }
        for text, words in cases.items():
            self.write(f"{W1}/28-1/w1_slave", text)
            with self.subTest(text), self.assertRaisesRegex(OSError, words):
                read_ds18b20(self.folder, None)

    def test_zero_degrees_and_the_ends_of_its_range_are_readings(self) -> None:
        for millidegrees in (0, -55_000, 125_000, 84_937):
            self.write(f"{W1}/28-1/w1_slave", GOOD.replace("23125", str(millidegrees)))
            self.assertEqual(read_ds18b20(self.folder, None), millidegrees / 1_000)

    def test_none_and_several(self) -> None:
        with self.assertRaisesRegex(OSError, "dtoverlay=w1-gpio"):
            read_ds18b20(self.folder, None)
        self.write(f"{W1}/28-1/w1_slave", GOOD)
        self.write(f"{W1}/28-2/w1_slave", GOOD.replace("23125", "5000"))
        with self.assertRaisesRegex(OSError, "28-1, 28-2"):
            read_ds18b20(self.folder, None)
        self.assertEqual(read_ds18b20(self.folder, "28-2"), 5)


class Dht22Test(FolderCase):
    def test_reads_the_kernels_values(self) -> None:
        device = "sys/bus/iio/devices/iio:device0"
        self.write("sys/bus/iio/devices/iio:device1/name", "ads1015\n")
        self.write(f"{device}/name", "dht11@4\n")
        self.write(f"{device}/in_temp_input", "21400\n")
        with self.assertRaisesRegex(OSError, "does not answer"):
            read_dht22(self.folder, None)
        self.write(f"{device}/in_humidityrelative_input", "48300\n")
        self.assertEqual(read_dht22(self.folder, None), {"temperature": 21.4, "humidity": 48.3})

    def test_impossible_readings_are_errors(self) -> None:
        device = "sys/bus/iio/devices/iio:device0"
        self.write(f"{device}/name", "dht11@4\n")
        cases = {
            ("0", "0"): "nothing but zeros",
            ("-3276700", "48300"): "a temperature of -3276.7 °C is impossible",
            ("21400", "143000"): "a humidity of 143 % is impossible",
            ("21400", "-100"): "a humidity of -0.1 % is impossible",
            ("", "48300"): "does not answer",
        }
        for (temperature, humidity), words in cases.items():
            self.write(f"{device}/in_temp_input", f"{temperature}\n")
            self.write(f"{device}/in_humidityrelative_input", f"{humidity}\n")
            with self.subTest(temperature, humidity=humidity), self.assertRaisesRegex(OSError, words):
                read_dht22(self.folder, None)
        self.write(f"{device}/in_temp_input", "0\n")
        self.write(f"{device}/in_humidityrelative_input", "81000\n")
        self.assertEqual(read_dht22(self.folder, None), {"temperature": 0, "humidity": 81})


# The example of the datasheet of the BMP280 (BST-BMP280-DS001, 3.12), whose formulas are the same.
EXAMPLE = bme280.Calibration(
    t=(27504, 26435, -1000),
    p=(36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000),
    h=(75, 362, 0, 334, 50, 30),
)
RAW_TEMPERATURE, RAW_PRESSURE, RAW_HUMIDITY = 519888, 415148, 28000


def integer_humidity(c: bme280.Calibration, raw: int, t_fine: int) -> float:
    """The datasheet's integer formula (BST-BME280-DS002, 4.2.3)."""
    h1, h2, h3, h4, h5, h6 = c.h
    v = t_fine - 76800
    left = ((raw << 14) - (h4 << 20) - h5 * v + 16384) >> 15
    right = (((((v * h6) >> 10) * (((v * h3) >> 11) + 32768)) >> 10) + 2097152) * h2 + 8192 >> 14
    v = left * right
    v -= ((((v >> 15) * (v >> 15)) >> 7) * h1) >> 4
    return (min(max(v, 0), 419430400) >> 12) / 1024


class FakeBus:
    """A BME280 with the example's values."""

    def __init__(self, chip: int = bme280.CHIP_ID) -> None:
        self.registers = bytearray(256)
        self.registers[bme280.REGISTER_CHIP_ID] = chip
        words = [*EXAMPLE.t, *EXAMPLE.p]
        for index, word in enumerate(words):
            self.registers[0x88 + 2 * index : 0x8A + 2 * index] = (word & 0xFFFF).to_bytes(2, "little")
        h1, h2, h3, h4, h5, h6 = EXAMPLE.h
        self.registers[0xA1] = h1
        self.registers[0xE1:0xE8] = bytes(
            [h2 & 0xFF, h2 >> 8, h3, h4 >> 4, (h4 & 15) | (h5 & 15) << 4, h5 >> 4, h6]
        )
        self.measured = False
        self.data = (RAW_PRESSURE << 44 | RAW_TEMPERATURE << 20 | RAW_HUMIDITY).to_bytes(8, "big")

    def write_byte_data(self, _address: int, register: int, value: int) -> None:
        if register != bme280.REGISTER_CONTROL:
            return
        self.measured = value & 3 == 1
        self.registers[0xF7:0xFF] = self.data

    def read_i2c_block_data(self, _address: int, register: int, length: int) -> list[int]:
        return list(self.registers[register : register + length])


class Bme280Test(unittest.TestCase):
    def test_formulas_match_the_datasheet(self) -> None:
        t_fine = bme280.fine_temperature(EXAMPLE, RAW_TEMPERATURE)
        self.assertEqual(round(t_fine), 128422)
        self.assertEqual(round(t_fine / 5120, 2), 25.08)
        self.assertAlmostEqual(bme280.pascals(EXAMPLE, RAW_PRESSURE, t_fine), 100653.27, delta=0.05)

    def test_humidity_matches_the_datasheets_integer_formula(self) -> None:
        for raw in range(20_000, 45_000, 1_000):
            for raw_temperature in (400_000, RAW_TEMPERATURE, 600_000):
                t_fine = bme280.fine_temperature(EXAMPLE, raw_temperature)
                other = integer_humidity(EXAMPLE, raw, round(t_fine))
                self.assertAlmostEqual(bme280.relative_humidity(EXAMPLE, raw, t_fine), other, delta=0.05)

    def test_reads_the_chip(self) -> None:
        bus = FakeBus()
        chip = bme280.Bme280(bus, 0x76)
        self.assertEqual(chip._calibration, EXAMPLE)
        values = chip.measure()
        self.assertTrue(bus.measured)
        self.assertEqual((values["temperature"], values["pressure"]), (25.08, 1006.53))
        self.assertTrue(10 < values["humidity"] < 90, values)

    def test_another_chip_is_refused(self) -> None:
        with self.assertRaisesRegex(OSError, "no BME280 .* 0x58"):
            bme280.Bme280(FakeBus(chip=0x58), 0x76)

    def test_skipped_measurements_are_errors(self) -> None:
        bus = FakeBus()
        good = bus.data
        chip = bme280.Bme280(bus, 0x76)
        cases = {
            "80 00 00 80 00 00 80 00": "did not measure the temperature: it lost its settings",
            "80 00 00" + good[3:].hex(): "did not measure the pressure",
            good[:3].hex() + "80 00 00" + good[6:].hex(): "did not measure the temperature",
            good[:6].hex() + "80 00": "did not measure the humidity",
            "00" * 8: "nothing but 0s as the temperature",
            "ff" * 8: "nothing but 1s as the temperature",
            # Raw values outside of the physical range.
            good[:3].hex() + "f0 00 00" + good[6:].hex(): "a temperature of .* °C is impossible",
            "10 00 00" + good[3:].hex(): "a pressure of .* hPa is impossible",
            "f0 00 00" + good[3:].hex(): "a pressure of .* hPa is impossible",
            good[:6].hex() + "ff fe": "a humidity of .* % is impossible",
        }
        for data, words in cases.items():
            bus.data = bytes.fromhex(data)
            with self.subTest(data), self.assertRaisesRegex(OSError, words):
                chip.measure()
        bus.data = good
        self.assertEqual(chip.measure()["temperature"], 25.08)

    def test_an_empty_calibration_is_an_error(self) -> None:
        for filler in (0x00, 0xFF):
            for first, last, words in ((0x88, 0xA2, "T1, T2, P1, P2"), (0xE1, 0xE8, "H2"), (0x8E, 0x90, "P1")):
                bus = FakeBus()
                bus.registers[first:last] = bytes([filler]) * (last - first)
                with self.subTest(filler, first=first), self.assertRaisesRegex(OSError, f"empty .*{words}"):
                    bme280.Bme280(bus, 0x76)

    def test_waits_for_a_starting_chip(self) -> None:
        bus = FakeBus()
        bus.registers[bme280.REGISTER_STATUS] = bme280.STATUS_COPYING_CALIBRATION_BIT
        with self.assertRaisesRegex(OSError, "does not finish to start"):
            bme280.Bme280(bus, 0x76)

    def test_trimming_values_may_be_negative(self) -> None:
        bus = FakeBus()
        bus.registers[0xE4], bus.registers[0xE6] = 0xFF, 0xFE
        h = bme280.Bme280(bus, 0x76)._calibration.h
        self.assertEqual(h[3:5], (-16 + (334 & 15), -32 + (50 & 15)))
