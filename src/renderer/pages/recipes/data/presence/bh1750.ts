// The recipe “bh1750”: see ../recipe.ts for what its fields mean.
import { ENABLE_I2C, I2C_BOOT, i2cWires, ONLY_3V3, type Recipe } from "../recipe.ts";

export const bh1750: Recipe = {
  id: "bh1750",
  name: "BH1750",
  words: ["GY-302", "light", "lux", "I²C", "I2C", "조도", "빛"],
  measures: {
    en: "How bright it is, from moonlight to full sun, in lux.",
    ko: "달빛부터 한낮의 햇빛까지 밝기를 럭스로 잽니다.",
  },
  parts: [{ name: "BH1750", pins: ["VCC", "GND", "SCL", "SDA"] }],
  wires: i2cWires("BH1750"),
  boot: I2C_BOOT,
  toml: `[inputs.light]
kind = "command"
unit = "lx"
run = '''python3 -c "
from time import sleep
from smbus2 import SMBus, i2c_msg
bus = SMBus(1)
bus.i2c_rdwr(i2c_msg.write(0x23, [0x20]))
sleep(0.2)
answer = i2c_msg.read(0x23, 2)
bus.i2c_rdwr(answer)
high, low = list(answer)
print(round((high * 256 + low) / 1.2, 1))
"'''
`,
  shows: [{ metric: "light", unit: "lx", example: "312.5" }],
  traps: [
    ENABLE_I2C,
    {
      en: "Its address is 0x23, or 0x5c where ADDR is wired to 3.3 V: change both numbers in the command.",
      ko: "주소는 0x23입니다. ADDR을 3.3 V에 연결했다면 0x5c이니 명령의 두 숫자를 바꾸세요.",
    },
    ONLY_3V3,
  ],
};
