// The recipe “bme280”: see ../recipe.ts for what its fields mean.
import { ENABLE_I2C, I2C_BOOT, i2cWires, ONLY_3V3, type Recipe } from "../recipe.ts";

export const bme280: Recipe = {
  id: "bme280",
  name: "BME280",
  words: ["I²C", "I2C", "temperature", "humidity", "pressure", "온도", "습도", "기압"],
  measures: {
    en: "Temperature, humidity and air pressure, well enough for a weather station.",
    ko: "온도, 습도, 기압을 잽니다. 기상 관측에 충분합니다.",
  },
  parts: [{ name: "BME280", pins: ["VCC", "GND", "SCL", "SDA"] }],
  wires: i2cWires("BME280"),
  boot: I2C_BOOT,
  toml: `[inputs.air]
kind = "bme280"
address = 0x76
`,
  shows: [
    { metric: "air.temperature", unit: "°C", example: "21.36" },
    { metric: "air.humidity", unit: "%", example: "46.8" },
    { metric: "air.pressure", unit: "hPa", example: "1013.2" },
  ],
  traps: [
    ENABLE_I2C,
    {
      en: "Its address is 0x76, or 0x77 on boards of Adafruit and where SDO is wired to 3.3 V: address = 0x77.",
      ko: "주소는 0x76입니다. Adafruit 보드이거나 SDO를 3.3 V에 연결했다면 0x77이니 address = 0x77로 바꾸세요.",
    },
    {
      en: "Many boards sold as BME280 carry a BMP280, which has no humidity: the agent says so, and its recipe is BMP280.",
      ko: "BME280으로 팔리는 보드에 습도가 없는 BMP280이 달린 경우가 많습니다. 에이전트가 알려 주며, 그때는 BMP280 레시피를 보세요.",
    },
    ONLY_3V3,
  ],
};
