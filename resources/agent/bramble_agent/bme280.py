"""Bosch BME280 over I2C: temperature, humidity, pressure.

Registers and formulas are those of the datasheet BST-BME280-DS002, section 5 (memory map) and appendix 8.1
(compensation in double precision).
"""
import struct
import time
from dataclasses import dataclass
from typing import Protocol

CHIP_ID = 0x60
REGISTER_CHIP_ID = 0xD0
REGISTER_CALIBRATION_LOW = 0x88
REGISTER_CALIBRATION_HIGH = 0xE1
REGISTER_HUMIDITY_CONTROL = 0xF2
REGISTER_STATUS = 0xF3
REGISTER_CONTROL = 0xF4
REGISTER_DATA = 0xF7
MEASURING = 0x08
HUMIDITY_ONCE = 0x01
ALL_ONCE_FORCED = 0x25
# One measurement of each takes at most 9.3 ms (appendix 9.1).
MEASURE_SECONDS = 0.01
MEASURE_TRIES = 10


class Bus(Protocol):
    """What is used of smbus2.SMBus."""

    def read_i2c_block_data(self, address: int, register: int, length: int) -> list[int]: ...

    def write_byte_data(self, address: int, register: int, value: int) -> None: ...


@dataclass(frozen=True)
class Calibration:
    """Trimming values that each chip was given at the factory (table 16)."""

    t: tuple[int, ...]
    p: tuple[int, ...]
    h: tuple[int, ...]

    @staticmethod
    def parse(low: bytes, high: bytes) -> "Calibration":
        """From the 26 bytes at 0x88 and the 7 at 0xE1."""
        words = struct.unpack("<HhhHhhhhhhhhxB", low)
        h2, h3, e4, e5, e6, h6 = struct.unpack("<hBbBbb", high)
        h4 = e4 * 16 + (e5 & 0x0F)
        h5 = e6 * 16 + (e5 >> 4)
        return Calibration(t=words[:3], p=words[3:12], h=(words[12], h2, h3, h4, h5, h6))


def fine_temperature(c: Calibration, raw: int) -> float:
    """The datasheet's t_fine, which the other formulas need; degrees Celsius are its 5120th part."""
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
        raise OSError("the sensor's calibration is empty")
    pressure = (1048576 - raw - var2 / 4096) * 6250 / var1
    return pressure + (p9 * pressure * pressure / 2147483648 + pressure * p8 / 32768 + p7) / 16


def relative_humidity(c: Calibration, raw: int, t_fine: float) -> float:
    h1, h2, h3, h4, h5, h6 = c.h
    h = t_fine - 76800
    h = (raw - (h4 * 64 + h5 / 16384 * h)) * (h2 / 65536 * (1 + h6 / 67108864 * h * (1 + h3 / 67108864 * h)))
    h *= 1 - h1 * h / 524288
    return min(100.0, max(0.0, h))


class Bme280:
    """One chip on a bus. It sleeps between measurements, so that it does not warm itself."""

    def __init__(self, bus: Bus, address: int) -> None:
        self._bus = bus
        self._address = address
        (chip,) = self._read(REGISTER_CHIP_ID, 1)
        if chip != CHIP_ID:
            raise OSError(f"the chip at 0x{address:02x} is no BME280 (its id is 0x{chip:02x})")
        self._calibration = Calibration.parse(
            self._read(REGISTER_CALIBRATION_LOW, 26), self._read(REGISTER_CALIBRATION_HIGH, 7)
        )

    def measure(self) -> dict[str, float]:
        """In °C, % and hPa."""
        self._bus.write_byte_data(self._address, REGISTER_HUMIDITY_CONTROL, HUMIDITY_ONCE)
        self._bus.write_byte_data(self._address, REGISTER_CONTROL, ALL_ONCE_FORCED)
        self._await_measurement()
        data = self._read(REGISTER_DATA, 8)
        raw_p = data[0] << 12 | data[1] << 4 | data[2] >> 4
        raw_t = data[3] << 12 | data[4] << 4 | data[5] >> 4
        raw_h = data[6] << 8 | data[7]
        t_fine = fine_temperature(self._calibration, raw_t)
        return {
            "temperature": round(t_fine / 5120, 2),
            "humidity": round(relative_humidity(self._calibration, raw_h, t_fine), 2),
            "pressure": round(pascals(self._calibration, raw_p, t_fine) / 100, 2),
        }

    def _await_measurement(self) -> None:
        for _ in range(MEASURE_TRIES):
            time.sleep(MEASURE_SECONDS)
            if not self._read(REGISTER_STATUS, 1)[0] & MEASURING:
                return
        raise OSError("the BME280 does not finish measuring")

    def _read(self, register: int, length: int) -> bytes:
        return bytes(self._bus.read_i2c_block_data(self._address, register, length))
