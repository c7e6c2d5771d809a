// The recipe “ds18b20”: see ../recipe.ts for what its fields mean.
import type { Recipe } from "../recipe.ts";

export const ds18b20: Recipe = {
  id: "ds18b20",
  name: "DS18B20",
  words: ["1-wire", "temperature", "water", "온도", "수온"],
  measures: {
    en: "Temperature, −55 to 125 °C, also in water and at the end of ten metres of cable.",
    ko: "온도를 잽니다. −55~125 °C까지, 물속에서도, 10미터 선 끝에서도 됩니다.",
  },
  parts: [{ name: "DS18B20", pins: ["VDD", "DQ", "GND"] }],
  wires: [
    { from: 1, to: "DS18B20.VDD", colour: "red" },
    { from: 7, to: "DS18B20.DQ", colour: "yellow" },
    { from: 9, to: "DS18B20.GND", colour: "black" },
    { from: "DS18B20.VDD", to: "DS18B20.DQ", colour: "white", via: "4.7 kΩ" },
  ],
  boot: ["dtoverlay=w1-gpio"],
  toml: `[inputs.water]
kind = "ds18b20"
`,
  shows: [{ metric: "water", unit: "°C", example: "18.625" }],
  traps: [
    {
      en: "Without the 4.7 kΩ resistor between VDD and DQ nothing is found.",
      ko: "VDD와 DQ 사이에 4.7 kΩ 저항이 없으면 아무것도 찾지 못합니다.",
    },
    {
      en: 'Several share the same three wires: name each by its id, as “ls /sys/bus/w1/devices” shows it: id = "28-0316a2794b21".',
      ko: '여러 개를 같은 세 선에 달 수 있습니다. 각각 “ls /sys/bus/w1/devices”에 나오는 ID로 구분하세요: id = "28-0316a2794b21".',
    },
    {
      en: "85 °C is what it says right after power-on: the agent leaves that out. If it stays, check its power.",
      ko: "85 °C는 전원을 켠 직후의 값이라 에이전트가 버립니다. 계속 나오면 전원을 확인하세요.",
    },
  ],
};
