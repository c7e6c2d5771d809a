// The recipe “led”: see ../recipe.ts for what its fields mean.
import type { Recipe } from "../recipe.ts";

export const led: Recipe = {
  id: "led",
  name: "LED (PWM)",
  words: ["dimmer", "lamp", "fan", "brightness", "밝기", "조광", "팬"],
  measures: {
    en: "Dims an LED from 0 to 100 %; with a transistor also a strip or a fan.",
    ko: "LED의 밝기를 0~100 %로 조절합니다. 트랜지스터를 쓰면 LED 줄이나 팬도 됩니다.",
  },
  parts: [{ name: "LED", pins: ["+", "−"] }],
  wires: [
    { from: 12, to: "LED.+", colour: "yellow", via: "330 Ω" },
    { from: 14, to: "LED.−", colour: "black" },
  ],
  boot: [],
  toml: `[outputs.lamp]
kind = "pwm"
pin = 18
initial = 0
`,
  shows: [{ control: "lamp", kind: "number", example: "40 %" }],
  traps: [
    {
      en: "Never without the resistor of 220 to 470 Ω: it keeps the current under the 16 mA that a pin may give.",
      ko: "220~470 Ω 저항 없이는 절대 연결하지 마세요. 핀이 낼 수 있는 16 mA 아래로 전류를 지켜 줍니다.",
    },
    {
      en: "The long leg is +. If it stays dark, turn it round.",
      ko: "긴 다리가 +입니다. 켜지지 않으면 돌려 꽂으세요.",
    },
    {
      en: 'For on and off alone write kind = "led" in place of "pwm", without initial = 0: the card then has a switch.',
      ko: '켜고 끄기만 한다면 "pwm" 대신 kind = "led"라고 쓰고 initial = 0은 지우세요. 그러면 카드에 스위치가 나옵니다.',
    },
  ],
};
