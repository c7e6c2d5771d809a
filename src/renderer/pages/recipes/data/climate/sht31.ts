// The recipe “sht31”: see ../recipe.ts for what its fields mean.
import { ENABLE_I2C, I2C_BOOT, i2cWires, ONLY_3V3, type Recipe } from "../recipe.ts";

export const sht31: Recipe = {
  id: "sht31",
  name: "SHT31",
  words: ["SHT30", "SHT35", "I²C", "I2C", "temperature", "humidity", "온도", "습도"],
  measures: {
    en: "Temperature to 0.2 °C and humidity to 2 %: steadier than a DHT22.",
    ko: "온도는 0.2 °C, 습도는 2 %까지 정확합니다. DHT22보다 안정적입니다.",
  },
  parts: [{ name: "SHT31", pins: ["VIN", "GND", "SCL", "SDA"] }],
  wires: i2cWires("SHT31", "VIN"),
  boot: I2C_BOOT,
  toml: `[inputs.temperature]
kind = "command"
unit = "°C"
interval = 30
run = '''python3 -c "
from time import sleep
from smbus2 import SMBus, i2c_msg
bus = SMBus(1)
bus.i2c_rdwr(i2c_msg.write(0x44, [0x24, 0x00]))
sleep(0.03)
answer = i2c_msg.read(0x44, 6)
bus.i2c_rdwr(answer)
raw = list(answer)
print(round(-45 + 175 * (raw[0] * 256 + raw[1]) / 65535, 2))
"'''

[inputs.humidity]
kind = "command"
unit = "%"
interval = 30
run = '''python3 -c "
from time import sleep
from smbus2 import SMBus, i2c_msg
bus = SMBus(1)
bus.i2c_rdwr(i2c_msg.write(0x44, [0x24, 0x00]))
sleep(0.03)
answer = i2c_msg.read(0x44, 6)
bus.i2c_rdwr(answer)
raw = list(answer)
print(round(100 * (raw[3] * 256 + raw[4]) / 65535, 1))
"'''
`,
  shows: [
    { metric: "temperature", unit: "°C", example: "21.36" },
    { metric: "humidity", unit: "%", example: "46.8" },
  ],
  traps: [
    ENABLE_I2C,
    {
      en: "Its address is 0x44, or 0x45 where ADDR is wired to 3.3 V: change both numbers in each command.",
      ko: "주소는 0x44입니다. ADDR을 3.3 V에 연결했다면 0x45이니 각 명령의 두 숫자를 바꾸세요.",
    },
    ONLY_3V3,
  ],
};
