// The recipe “mcp3008”: see ../recipe.ts for what its fields mean.
import { type Recipe, SPI_BOOT } from "../recipe.ts";

export const mcp3008: Recipe = {
  id: "mcp3008-soil",
  name: "MCP3008 + soil moisture",
  words: ["ADC", "SPI", "analog", "soil", "plant", "토양", "수분", "화분", "아날로그"],
  measures: {
    en: "Soil moisture, and anything else that answers with a voltage: the MCP3008 gives the Pi eight analogue inputs.",
    ko: "토양 수분처럼 전압으로 답하는 것을 잽니다. MCP3008은 파이에 아날로그 입력 8개를 더해 줍니다.",
  },
  parts: [
    { name: "MCP3008", pins: ["VDD", "VREF", "AGND", "CLK", "DOUT", "DIN", "CS", "DGND", "CH0"] },
    { name: "Soil", pins: ["VCC", "AOUT", "GND"], column: 1 },
  ],
  wires: [
    { from: 1, to: "MCP3008.VDD", colour: "red" },
    { from: 17, to: "MCP3008.VREF", colour: "red" },
    { from: 9, to: "MCP3008.AGND", colour: "black" },
    { from: 23, to: "MCP3008.CLK", colour: "orange" },
    { from: 21, to: "MCP3008.DOUT", colour: "yellow" },
    { from: 19, to: "MCP3008.DIN", colour: "blue" },
    { from: 24, to: "MCP3008.CS", colour: "purple" },
    { from: 25, to: "MCP3008.DGND", colour: "black" },
    { from: "MCP3008.VDD", to: "Soil.VCC", colour: "red" },
    { from: "MCP3008.CH0", to: "Soil.AOUT", colour: "green" },
    { from: "MCP3008.DGND", to: "Soil.GND", colour: "black" },
  ],
  boot: SPI_BOOT,
  toml: `[inputs.soil]
kind = "mcp3008"
channel = 0
scale = -156.3
offset = 132.8
unit = "%"
interval = 60
`,
  shows: [{ metric: "soil", unit: "%", example: "41.3" }],
  traps: [
    {
      en: "SPI is off on a fresh Raspberry Pi OS: add the line above, or switch it on in raspi-config, and start the Pi again.",
      ko: "새로 설치한 Raspberry Pi OS에서는 SPI가 꺼져 있습니다. 위의 줄을 추가하거나 raspi-config에서 켠 뒤 파이를 다시 시작하세요.",
    },
    {
      en: "A capacitive sensor answers with less voltage the wetter it is. Note its value with scale = 1 and offset = 0 in dry air (here 0.85) and in water (0.21): scale = 100 ÷ (water − air), offset = −scale × air.",
      ko: "정전식 센서는 젖을수록 전압이 낮아집니다. scale = 1, offset = 0으로 두고 마른 공기(여기서는 0.85)와 물(0.21)에서 값을 적으세요. scale = 100 ÷ (물 − 공기), offset = −scale × 공기입니다.",
    },
    {
      en: "VDD and VREF at 3.3 V, never 5 V: DOUT would be 5 V, too.",
      ko: "VDD와 VREF에는 3.3 V만 주세요. 5 V를 주면 DOUT도 5 V가 됩니다.",
    },
  ],
};
