// The recipe “hc-sr04”: see ../recipe.ts for what its fields mean.
import type { Recipe } from "../recipe.ts";

export const hcSr04: Recipe = {
  id: "hc-sr04",
  name: "HC-SR04",
  words: ["ultrasonic", "distance", "level", "tank", "초음파", "거리", "수위"],
  measures: {
    en: "Distance from 2 cm to 4 m: how full a tank is, whether a car is there.",
    ko: "2 cm에서 4 m까지 거리를 잽니다. 물탱크의 수위나 차가 있는지 알 수 있습니다.",
  },
  parts: [
    { name: "HC-SR04", pins: ["VCC", "TRIG", "ECHO", "GND"], column: 1, align: "top" },
    { name: "1 kΩ + 2 kΩ", pins: ["OUT", "GND", "IN"], align: "bottom" },
  ],
  wires: [
    { from: 2, to: "HC-SR04.VCC", colour: "red" },
    { from: 16, to: "HC-SR04.TRIG", colour: "green" },
    { from: "1 kΩ + 2 kΩ.IN", to: "HC-SR04.ECHO", colour: "yellow", via: "1 kΩ" },
    { from: 18, to: "1 kΩ + 2 kΩ.OUT", colour: "yellow" },
    { from: 14, to: "1 kΩ + 2 kΩ.GND", colour: "black", via: "2 kΩ" },
    { from: 20, to: "HC-SR04.GND", colour: "black" },
  ],
  boot: [],
  toml: `[inputs.distance]
kind = "command"
unit = "cm"
run = '''python3 -c "
from time import sleep
from gpiozero import DistanceSensor
sensor = DistanceSensor(echo=24, trigger=23, max_distance=4, queue_len=5)
sleep(0.5)
print(round(sensor.distance * 100, 1))
"'''
`,
  shows: [{ metric: "distance", unit: "cm", example: "83.5" }],
  traps: [
    {
      en: "ECHO answers with 5 V, which ends the Pi's pin: the two resistors bring it down to 3.3 V. 1 kΩ goes from ECHO to the pin, 2 kΩ from the pin to ground.",
      ko: "ECHO는 5 V로 답해서 파이의 핀을 망가뜨립니다. 저항 두 개로 3.3 V로 낮추세요. ECHO와 핀 사이에 1 kΩ, 핀과 GND 사이에 2 kΩ입니다.",
    },
    {
      en: "400 cm means that nothing came back: soft or slanted things swallow the sound.",
      ko: "400 cm는 소리가 돌아오지 않았다는 뜻입니다. 부드럽거나 비스듬한 물체는 소리를 삼킵니다.",
    },
  ],
};
