// The recipe “relay”: see ../recipe.ts for what its fields mean.
import type { Recipe } from "../recipe.ts";

export const relay: Recipe = {
  id: "relay",
  name: "Relay",
  words: ["switch", "pump", "lamp", "mains", "릴레이", "스위치", "펌프"],
  measures: {
    en: "Switches a pump, a lamp or a heater on and off from the card.",
    ko: "펌프, 조명, 히터를 카드에서 켜고 끕니다.",
  },
  parts: [{ name: "Relay", pins: ["VCC", "IN", "GND"] }],
  wires: [
    { from: 2, to: "Relay.VCC", colour: "red" },
    { from: 11, to: "Relay.IN", colour: "green" },
    { from: 6, to: "Relay.GND", colour: "black" },
  ],
  boot: [],
  toml: `[outputs.pump]
kind = "relay"
pin = 17
active_high = false
initial = false
`,
  shows: [{ control: "pump", kind: "switch", example: "off" }],
  traps: [
    {
      en: "Most relay boards switch on when IN is low: that is active_high = false. If yours is on where the hub says off, make it true.",
      ko: "대부분의 릴레이 보드는 IN이 낮을 때 켜집니다. 그래서 active_high = false입니다. 허브에는 꺼짐인데 켜져 있다면 true로 바꾸세요.",
    },
    {
      en: "Some boards pull IN up to 5 V: take one with an optocoupler and a jumper JD-VCC, or one that says 3.3 V.",
      ko: "IN을 5 V로 올리는 보드가 있습니다. 옵토커플러와 JD-VCC 점퍼가 있거나 3.3 V라고 적힌 보드를 쓰세요.",
    },
    {
      en: "Mains kills: leave the other side of the relay to somebody who may work on it, in a closed box.",
      ko: "가정용 전원은 생명을 위협합니다. 릴레이의 반대쪽은 자격 있는 사람에게 맡기고, 닫힌 상자에 넣으세요.",
    },
  ],
};
