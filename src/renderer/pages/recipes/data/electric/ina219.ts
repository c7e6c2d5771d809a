// The recipe “ina219”: see ../recipe.ts for what its fields mean.
import { ENABLE_I2C, I2C_BOOT, i2cWires, type Recipe } from "../recipe.ts";

export const ina219: Recipe = {
  id: "ina219",
  name: "INA219",
  words: ["current", "power", "battery", "solar", "I²C", "I2C", "전류", "전력", "배터리", "태양광"],
  measures: {
    en: "Voltage up to 26 V and current up to 3.2 A of a battery, a panel or a load.",
    ko: "배터리, 태양광 패널, 부하의 전압(26 V까지)과 전류(3.2 A까지)를 잽니다.",
  },
  parts: [
    { name: "INA219", pins: ["VCC", "GND", "SCL", "SDA", "VIN+", "VIN−"] },
    { name: "Battery", pins: ["+", "−"], column: 1 },
    { name: "Load", pins: ["+", "−"], column: 1 },
  ],
  wires: [
    ...i2cWires("INA219"),
    { from: "INA219.VIN+", to: "Battery.+", colour: "red" },
    { from: "INA219.VIN−", to: "Load.+", colour: "orange" },
    { from: "INA219.GND", to: "Battery.−", colour: "black" },
    { from: "Battery.−", to: "Load.−", colour: "black" },
  ],
  boot: I2C_BOOT,
  toml: `[inputs.voltage]
kind = "command"
unit = "V"
run = '''python3 -c "
from smbus2 import SMBus
high, low = SMBus(1).read_i2c_block_data(0x40, 2, 2)
print(round((high * 256 + low >> 3) * 0.004, 3))
"'''

[inputs.current]
kind = "command"
unit = "mA"
run = '''python3 -c "
from smbus2 import SMBus
raw = bytes(SMBus(1).read_i2c_block_data(0x40, 1, 2))
print(round(int.from_bytes(raw, 'big', signed=True) * 0.1, 1))
"'''
`,
  shows: [
    { metric: "voltage", unit: "V", example: "12.584" },
    { metric: "current", unit: "mA", example: "431.2" },
  ],
  traps: [
    ENABLE_I2C,
    {
      en: "The load goes behind the board: source to VIN+, VIN− to the load. The ground of the source, the load and the Pi are one.",
      ko: "부하는 보드 뒤에 연결합니다. 전원은 VIN+에, VIN−는 부하에 연결하세요. 전원, 부하, 파이의 GND는 하나로 잇습니다.",
    },
    {
      en: "The current is right for the usual shunt of 0.1 Ω (R100). With another one multiply 0.1 by 0.1 ÷ its ohms.",
      ko: "전류는 흔한 0.1 Ω(R100) 션트를 기준으로 합니다. 다른 션트라면 0.1에 0.1 ÷ 옴 값을 곱하세요.",
    },
    {
      en: "Never mains: 26 V direct current at most.",
      ko: "가정용 교류 전원에는 절대 쓰지 마세요. 직류 26 V까지만 됩니다.",
    },
  ],
};
