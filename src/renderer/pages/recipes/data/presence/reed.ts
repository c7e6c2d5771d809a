// The recipe “reed”: see ../recipe.ts for what its fields mean.
import type { Recipe } from "../recipe.ts";

export const reed: Recipe = {
  id: "reed",
  name: "Reed contact",
  words: ["door", "window", "magnet", "button", "switch", "문", "창문", "자석", "리드 스위치", "버튼"],
  measures: {
    en: "Whether a door or a window is shut: 1 while the magnet is near. Changes are sent at once. A push button is wired alike.",
    ko: "문이나 창문이 닫혔는지 알려 줍니다. 자석이 가까우면 1이고, 바뀌면 바로 보냅니다. 누름 버튼도 똑같이 연결합니다.",
  },
  parts: [{ name: "Reed", pins: ["A", "B"] }],
  wires: [
    { from: 16, to: "Reed.A", colour: "green" },
    { from: 14, to: "Reed.B", colour: "black" },
  ],
  boot: [],
  toml: `[inputs.door]
kind = "button"
pin = 23
bounce = 0.1
`,
  shows: [{ metric: "door", example: "1" }],
  traps: [
    {
      en: "It needs no resistor: the agent switches on the one inside the Pi. Which of the two wires goes where does not matter.",
      ko: "저항이 필요 없습니다. 에이전트가 파이 안의 저항을 켭니다. 두 선의 방향은 상관없습니다.",
    },
    {
      en: "With metres of cable beside mains a contact may report changes that are none: twist the two wires, and raise bounce.",
      ko: "전원선 옆으로 선이 길게 지나가면 바뀌지 않았는데 바뀌었다고 할 수 있습니다. 두 선을 꼬고 bounce를 늘리세요.",
    },
  ],
};
