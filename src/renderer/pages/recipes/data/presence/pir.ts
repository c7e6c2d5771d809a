// The recipe “pir”: see ../recipe.ts for what its fields mean.
import type { Recipe } from "../recipe.ts";

export const pir: Recipe = {
  id: "hc-sr501",
  name: "HC-SR501 (PIR)",
  words: ["motion", "presence", "움직임", "동작", "인체 감지"],
  measures: {
    en: "Whether somebody moves, up to seven metres away: 1 while there is motion. Changes are sent at once.",
    ko: "7미터 안에서 누가 움직이는지 감지합니다. 움직이는 동안 1이고, 바뀌면 바로 보냅니다.",
  },
  parts: [{ name: "HC-SR501", pins: ["VCC", "OUT", "GND"] }],
  wires: [
    { from: 2, to: "HC-SR501.VCC", colour: "red" },
    { from: 18, to: "HC-SR501.OUT", colour: "yellow" },
    { from: 6, to: "HC-SR501.GND", colour: "black" },
  ],
  boot: [],
  toml: `[inputs.hall]
kind = "motion"
pin = 24
`,
  shows: [{ metric: "hall", example: "1" }],
  traps: [
    {
      en: "It takes 5 V and answers with 3.3 V, so its output may go to the Pi as it is. The order of the pins differs from board to board: read it under the white dome.",
      ko: "전원은 5 V이지만 출력은 3.3 V라서 파이에 바로 연결해도 됩니다. 핀 순서는 보드마다 다르니 하얀 덮개 아래를 읽어 보세요.",
    },
    {
      en: "For its first minute it reports motion at random. The two screws set how far it sees and how long it stays on.",
      ko: "처음 1분 동안은 아무렇게나 움직임을 알립니다. 나사 두 개로 감지 거리와 켜져 있는 시간을 맞춥니다.",
    },
  ],
};
