"""Bosch BME280 over I2C: temperature, humidity, pressure.

Registers and formulas are those of the datasheet BST-BME280-DS002, section 5 (memory map) and appendix 8.1
(compensation in double precision).
"""
import struct
import time
from dataclasses import dataclass
from typing import Protocol

from .plausible import ImpossibleReading, within

CHIP_ID = 0x60
REGISTER_CHIP_ID = 0xD0
REGISTER_CALIBRATION_LOW = 0x88
REGISTER_CALIBRATION_HIGH = 0xE1
REGISTER_HUMIDITY_CONTROL = 0xF2
REGISTER_STATUS = 0xF3
REGISTER_CONTROL = 0xF4
REGISTER_DATA = 0xF7
STATUS_MEASURING_BIT = 0x08
STATUS_COPYING_CALIBRATION_BIT = 0x01
HUMIDITY_OVERSAMPLING_1 = 0x01
OVERSAMPLING_1_FORCED_MODE = 0x25
# One measurement of each takes at most 9.3 ms (appendix 9.1).
STATUS_POLL_PERIOD_SECONDS = 0.01
MAX_STATUS_POLLS = 10
# The data registers without a measurement (section 4.1: "skipped"; section 5.4: the reset state).
SKIPPED_20_BIT = 0x80000
SKIPPED_16_BIT = 0x8000
# The chip's measuring range (section 1).
MIN_CELSIUS, MAX_CELSIUS = -40, 85
MIN_HECTOPASCALS, MAX_HECTOPASCALS = 300, 1_100
# The formula overshoots slightly at both ends, and is clamped; an invalid calibration yields hundreds.
MIN_PERCENT_BEFORE_CLAMPING, MAX_PERCENT_BEFORE_CLAMPING = -50, 150


class Bus(Protocol):
    """The methods used of smbus2.SMBus."""

    def read_i2c_block_data(self, address: int, register: int, length: int) -> list[int]: ...

    def write_byte_data(self, address: int, register: int, value: int) -> None: ...


@dataclass(frozen=True)
class Calibration:
    """Factory trimming values of the chip (table 16)."""

    t: tuple[int, ...]
    p: tuple[int, ...]
    h: tuple[int, ...]

    @staticmethod
    def parse(low: bytes, high: bytes) -> "Calibration":
        """Parses the 26 bytes at 0x88 and the 7 at 0xE1."""
        words = struct.unpack("<HhhHhhhhhhhhxB", low)
        h2, h3, e4, e5, e6, h6 = struct.unpack("<hBbBbb", high)
        h4 = e4 * 16 + (e5 & 0x0F)
        h5 = e6 * 16 + (e5 >> 4)
        return Calibration(t=words[:3], p=words[3:12], h=(words[12], h2, h3, h4, h5, h6))

    def check(self) -> None:
        """Raises ImpossibleReading for values that no chip has: an erased memory, or a stuck bus."""
        named = {"T1": self.t[0], "T2": self.t[1], "P1": self.p[0], "P2": self.p[1], "H2": self.h[1]}
        empty = [name for name, value in named.items() if value in (0, -1, 0xFFFF)]
        if empty:
            raise ImpossibleReading(
                f"the BME280's calibration is empty ({', '.join(empty)}): check the wiring; else the chip is broken"
            )


def fine_temperature(c: Calibration, raw: int) -> float:
    """The datasheet's t_fine, which the other formulas need; degrees Celsius times 5120."""
    t1, t2, t3 = c.t
    return (raw / 16384 - t1 / 1024) * t2 + (raw / 131072 - t1 / 8192) ** 2 * t3


def pascals(c: Calibration, raw: int, t_fine: float) -> float:
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = c.p
    var1 = t_fine / 2 - 64000
    var2 = var1 * var1 * p6 / 32768 + var1 * p5 * 2
    var2 = var2 / 4 + p4 * 65536
    var1 = (p3 * var1 * var1 / 524288 + p2 * var1) / 524288
    var1 = (1 + var1 / 32768) * p1
    if var1 == 0:
        raise ImpossibleReading("the BME280's calibration is empty")
    pressure = (1048576 - raw - var2 / 4096) * 6250 / var1
    return pressure + (p9 * pressure * pressure / 2147483648 + pressure * p8 / 32768 + p7) / 16


def relative_humidity(c: Calibration, raw: int, t_fine: float) -> float:
    h1, h2, h3, h4, h5, h6 = c.h
    h = t_fine - 76800
    h = (raw - (h4 * 64 + h5 / 16384 * h)) * (h2 / 65536 * (1 + h6 / 67108864 * h * (1 + h3 / 67108864 * h)))
    h *= 1 - h1 * h / 524288
    h = within("the BME280: a humidity", h, MIN_PERCENT_BEFORE_CLAMPING, MAX_PERCENT_BEFORE_CLAMPING, "%")
    return min(100.0, max(0.0, h))


def check_raw(what: str, raw: int, bits: int) -> None:
    """Raises ImpossibleReading for values that no measurement yields."""
    if raw == (SKIPPED_20_BIT if bits == 20 else SKIPPED_16_BIT):
        raise ImpossibleReading(
            f"the BME280 did not measure the {what}: it lost its settings, as it does when its power fails;"
            " if this stays, check its power and wiring"
        )
    if raw in (0, (1 << bits) - 1):
        raise ImpossibleReading(f"the BME280 sends nothing but {raw & 1}s as the {what}: check the wiring")


class Bme280:
    """One chip on a bus. It sleeps between measurements, to avoid self-heating."""

    def __init__(self, bus: Bus, address: int) -> None:
        self._bus = bus
        self._address = address
        (chip,) = self._read(REGISTER_CHIP_ID, 1)
        if chip != CHIP_ID:
            raise OSError(f"the chip at 0x{address:02x} is no BME280 (its id is 0x{chip:02x})")
        self._await("start", STATUS_COPYING_CALIBRATION_BIT)
        self._calibration = Calibration.parse(
            self._read(REGISTER_CALIBRATION_LOW, 26), self._read(REGISTER_CALIBRATION_HIGH, 7)
        )
        self._calibration.check()

    def measure(self) -> dict[str, float]:
        """In °C, % and hPa. Raises OSError."""
        self._bus.write_byte_data(self._address, REGISTER_HUMIDITY_CONTROL, HUMIDITY_OVERSAMPLING_1)
        self._bus.write_byte_data(self._address, REGISTER_CONTROL, OVERSAMPLING_1_FORCED_MODE)
        self._await("measure", STATUS_MEASURING_BIT)
        data = self._read(REGISTER_DATA, 8)
        raw_p = data[0] << 12 | data[1] << 4 | data[2] >> 4
        raw_t = data[3] << 12 | data[4] << 4 | data[5] >> 4
        raw_h = data[6] << 8 | data[7]
        for what, raw, bits in (("temperature", raw_t, 20), ("pressure", raw_p, 20), ("humidity", raw_h, 16)):
            check_raw(what, raw, bits)
        t_fine = fine_temperature(self._calibration, raw_t)
        # Temperature first: the other two formulas need a plausible one.
        celsius = within("the BME280: a temperature", t_fine / 5120, MIN_CELSIUS, MAX_CELSIUS, "°C")
        hectopascals = pascals(self._calibration, raw_p, t_fine) / 100
        return {
            "temperature": round(celsius, 2),
            "humidity": round(relative_humidity(self._calibration, raw_h, t_fine), 2),
            "pressure": round(
                within("the BME280: a pressure", hectopascals, MIN_HECTOPASCALS, MAX_HECTOPASCALS, "hPa"), 2
            ),
        }

    def _await(self, what: str, busy: int) -> None:
        for _ in range(MAX_STATUS_POLLS):
            time.sleep(STATUS_POLL_PERIOD_SECONDS)
            if not self._read(REGISTER_STATUS, 1)[0] & busy:
                return
        raise OSError(f"the BME280 does not finish to {what}: check the wiring")

    def _read(self, register: int, length: int) -> bytes:
        try:
            return bytes(self._bus.read_i2c_block_data(self._address, register, length))
        except OSError as error:
            reason = f"nothing answers at 0x{self._address:02x} on I2C ({error}): check wiring and address"
            raise OSError(reason) from error
