// The recipe “servo”: see ../recipe.ts for what its fields mean.
import type { Recipe } from "../recipe.ts";

export const servo: Recipe = {
  id: "servo",
  name: "Servo",
  words: ["SG90", "MG996R", "angle", "flap", "서보", "각도"],
  measures: {
    en: "Turns a flap, a valve or a shade to an angle.",
    ko: "날개, 밸브, 차양을 원하는 각도로 돌립니다.",
  },
  parts: [
    { name: "Servo", pins: ["+5V", "PWM", "GND"] },
    { name: "5 V", pins: ["+", "−"], column: 1 },
  ],
  wires: [
    { from: 32, to: "Servo.PWM", colour: "orange" },
    { from: 34, to: "Servo.GND", colour: "black" },
    { from: "Servo.+5V", to: "5 V.+", colour: "red" },
    { from: "Servo.GND", to: "5 V.−", colour: "black" },
  ],
  boot: [],
  toml: `[outputs.shade]
kind = "servo"
pin = 12
min = -90
max = 90
`,
  shows: [{ control: "shade", kind: "number", example: "15°" }],
  traps: [
    {
      en: "A moving servo draws up to an ampere: from the Pi's own 5 V the Pi reports undervoltage or restarts. Give it a supply of its own, with the grounds joined.",
      ko: "움직이는 서보는 1 A까지 씁니다. 파이의 5 V를 쓰면 파이가 저전압을 알리거나 다시 시작합니다. 따로 전원을 주고 GND를 서로 이으세요.",
    },
    {
      en: "It does not move before its first command. If it does not reach its ends, widen min_pulse_ms = 0.5 and max_pulse_ms = 2.5.",
      ko: "첫 명령 전에는 움직이지 않습니다. 끝까지 돌지 않으면 min_pulse_ms = 0.5, max_pulse_ms = 2.5로 넓히세요.",
    },
    {
      en: "It trembles a little: its pulses come from software.",
      ko: "조금 떨립니다. 펄스를 소프트웨어로 만들기 때문입니다.",
    },
  ],
};
