// The recipe “scd41”: see ../recipe.ts for what its fields mean.
import { ENABLE_I2C, I2C_BOOT, i2cWires, ONLY_3V3, type Recipe } from "../recipe.ts";

export const scd41: Recipe = {
  id: "scd41",
  name: "SCD41 / SCD40",
  words: ["CO2", "CO₂", "SCD4x", "I²C", "I2C", "air", "이산화탄소", "공기"],
  measures: {
    en: "CO₂ in the air, 400 to 5,000 ppm: when to open a window.",
    ko: "공기 중의 CO₂를 400~5,000 ppm까지 잽니다. 창문을 열 때를 알려 줍니다.",
  },
  parts: [{ name: "SCD41", pins: ["VDD", "GND", "SCL", "SDA"] }],
  wires: i2cWires("SCD41", "VDD"),
  boot: I2C_BOOT,
  toml: `[inputs.co2]
kind = "command"
unit = "ppm"
interval = 15
run = '''python3 -c "
from time import sleep
from smbus2 import SMBus, i2c_msg
bus = SMBus(1)
def ask(command, size):
    bus.i2c_rdwr(i2c_msg.write(0x62, command))
    sleep(0.002)
    answer = i2c_msg.read(0x62, size)
    bus.i2c_rdwr(answer)
    return list(answer)
ready = ask([0xe4, 0xb8], 3)
if (ready[0] * 256 + ready[1]) & 0x7ff == 0:
    bus.i2c_rdwr(i2c_msg.write(0x62, [0x21, 0xb1]))
    raise SystemExit('it has just begun to measure')
raw = ask([0xec, 0x05], 9)
print(raw[0] * 256 + raw[1])
"'''
`,
  shows: [{ metric: "co2", unit: "ppm", example: "742" }],
  traps: [
    ENABLE_I2C,
    {
      en: "The first reading takes up to half a minute: the first time the sensor only begins to measure, which status shows as a failure.",
      ko: "첫 측정값은 30초쯤 걸립니다. 처음에는 센서가 측정을 시작하기만 하며, 그동안 상태에 실패로 나옵니다.",
    },
    {
      en: "It draws 200 mA for a moment at each measurement: a thin or long cable makes it fail. It calibrates itself where it gets fresh air once a week.",
      ko: "잴 때마다 순간적으로 200 mA를 씁니다. 가늘거나 긴 선에서는 실패할 수 있습니다. 일주일에 한 번 신선한 공기를 쐬면 스스로 보정합니다.",
    },
    ONLY_3V3,
  ],
};
