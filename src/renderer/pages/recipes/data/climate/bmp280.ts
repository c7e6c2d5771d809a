// The recipe “bmp280”: see ../recipe.ts for what its fields mean.
import { ENABLE_I2C, i2cWires, ONLY_3V3, type Recipe } from "../recipe.ts";

export const bmp280: Recipe = {
  id: "bmp280",
  name: "BMP280",
  words: ["I²C", "I2C", "pressure", "temperature", "기압", "온도"],
  measures: {
    en: "Air pressure and temperature, read by the driver of the kernel.",
    ko: "기압과 온도를 잽니다. 커널의 드라이버가 읽습니다.",
  },
  parts: [{ name: "BMP280", pins: ["VCC", "GND", "SCL", "SDA"] }],
  wires: i2cWires("BMP280"),
  boot: ["dtparam=i2c_arm=on", "dtoverlay=i2c-sensor,bmp280,addr=0x76"],
  toml: `[inputs.pressure]
kind = "command"
run = "awk '{print $1 * 10}' /sys/bus/iio/devices/iio:device*/in_pressure_input"
unit = "hPa"

[inputs.temperature]
kind = "command"
run = "awk '{print $1 / 1000}' /sys/bus/iio/devices/iio:device*/in_temp_input"
unit = "°C"
`,
  shows: [
    { metric: "pressure", unit: "hPa", example: "1013.25" },
    { metric: "temperature", unit: "°C", example: "21.37" },
  ],
  traps: [
    ENABLE_I2C,
    {
      en: 'The driver has the chip to itself: do not declare the same board as kind = "bme280" too. Its address may be 0x77 in place of 0x76.',
      ko: '칩은 드라이버가 혼자 씁니다. 같은 보드를 kind = "bme280"으로 또 선언하지 마세요. 주소가 0x76이 아니라 0x77일 수도 있습니다.',
    },
    {
      en: "With a second sensor of the kernel, such as a DHT22, write iio:device0 or iio:device1 in place of iio:device*.",
      ko: "DHT22처럼 커널이 읽는 센서가 또 있으면 iio:device* 대신 iio:device0이나 iio:device1이라고 쓰세요.",
    },
    ONLY_3V3,
  ],
};
