// The recipe “ads1115”: see ../recipe.ts for what its fields mean.
import { ENABLE_I2C, I2C_BOOT, i2cWires, ONLY_3V3, type Recipe } from "../recipe.ts";

export const ads1115: Recipe = {
  id: "ads1115",
  name: "ADS1115",
  words: ["ADC", "I²C", "I2C", "analog", "voltage", "아날로그", "전압"],
  measures: {
    en: "A voltage from 0 to 3.3 V to a tenth of a millivolt, on four inputs.",
    ko: "0~3.3 V 전압을 0.1 mV 단위로 잽니다. 입력이 네 개입니다.",
  },
  parts: [
    { name: "ADS1115", pins: ["VDD", "GND", "SCL", "SDA", "A0"] },
    { name: "Source", pins: ["+", "−"], column: 1 },
  ],
  wires: [
    ...i2cWires("ADS1115", "VDD"),
    { from: "ADS1115.A0", to: "Source.+", colour: "green" },
    { from: "ADS1115.GND", to: "Source.−", colour: "black" },
  ],
  boot: I2C_BOOT,
  toml: `[inputs.voltage]
kind = "command"
unit = "V"
run = '''python3 -c "
from time import sleep
from smbus2 import SMBus
bus = SMBus(1)
bus.write_i2c_block_data(0x48, 1, [0xc3, 0x83])
sleep(0.02)
raw = bytes(bus.read_i2c_block_data(0x48, 0, 2))
print(round(int.from_bytes(raw, 'big', signed=True) * 4.096 / 32768, 4))
"'''
`,
  shows: [{ metric: "voltage", unit: "V", example: "1.6512" }],
  traps: [
    ENABLE_I2C,
    {
      en: "No input may see more than the board's own supply: halve a higher voltage with two equal resistors, and double the result.",
      ko: "어느 입력에도 보드의 전원보다 높은 전압을 주면 안 됩니다. 같은 저항 두 개로 반으로 낮추고 결과를 두 배로 하세요.",
    },
    {
      en: "A0 is 0xc3 in the command; A1 is 0xd3, A2 0xe3, A3 0xf3. The address is 0x48 while ADDR is at GND or open.",
      ko: "명령의 0xc3이 A0입니다. A1은 0xd3, A2는 0xe3, A3은 0xf3입니다. ADDR이 GND이거나 비어 있으면 주소는 0x48입니다.",
    },
    ONLY_3V3,
  ],
};
