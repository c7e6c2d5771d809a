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
  boot: [...I2C_BOOT, "dtoverlay=i2c-sensor,sht3x"],
  toml: `[inputs.temperature]
kind = "command"
run = "awk '{print $1 / 1000}' /sys/bus/i2c/devices/1-0044/hwmon/hwmon*/temp1_input"
unit = "°C"
interval = 30

[inputs.humidity]
kind = "command"
run = "awk '{print $1 / 1000}' /sys/bus/i2c/devices/1-0044/hwmon/hwmon*/humidity1_input"
unit = "%"
interval = 30
`,
  shows: [
    { metric: "temperature", unit: "°C", example: "21.36" },
    { metric: "humidity", unit: "%", example: "46.8" },
  ],
  traps: [
    ENABLE_I2C,
    {
      en: "The kernel’s driver has the chip to itself, and measures once at a time: two programs that ask the chip at once get nothing.",
      ko: "칩은 커널의 드라이버가 혼자 쓰며 한 번에 하나씩 잽니다. 두 프로그램이 칩에 동시에 물으면 둘 다 값을 얻지 못합니다.",
    },
    {
      en: "Its address is 0x44, or 0x45 where ADDR is wired to 3.3 V: add ,addr=0x45 to the overlay, and write 1-0045 in both commands.",
      ko: "주소는 0x44입니다. ADDR을 3.3 V에 연결했다면 0x45이니 오버레이에 ,addr=0x45를 덧붙이고 두 명령에는 1-0045라고 쓰세요.",
    },
    ONLY_3V3,
  ],
};
