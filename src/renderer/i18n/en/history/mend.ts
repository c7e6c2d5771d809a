// Mending readings that are wrong: the box, what becomes of them, and the list of what was mended.
import { plural } from "../../plural.ts";

export const mend = {
  mend: "Mend",
  mendOf: (label: string) => `Mend: ${label}`,
  title: (label: string) => `Mend readings of ${label}`,
  how: "Drag a box over the wrong readings in the chart, or enter it here. They are kept as they were sent, and it can be undone.",
  from: "From",
  to: "To",
  least: "At least",
  greatest: "At most",
  any: "any",
  what: "What to do with them",
  hide: "Hide",
  correct: "Correct",
  scale: "Scale",
  value: "They are all",
  factor: "Times",
  offset: "Plus",
  counting: "Counting…",
  inBox: (count: number, written: string) =>
    plural(count, { one: "1 reading lies in it.", other: `${written} readings lie in it.` }),
  noBox: "The first moment has to be before the last, and the least value not above the greatest.",
  notCounted: (reason: string) => `They could not be counted. ${reason}`,
  cancel: "Cancel",
  apply: "Apply",
  applying: "Mending…",
  failed: (reason: string) => `They were not mended. ${reason}`,
  applied: {
    hide: (count: number, written: string) =>
      plural(count, { one: "1 reading is hidden.", other: `${written} readings are hidden.` }),
    set: (count: number, written: string) =>
      plural(count, { one: "1 reading is corrected.", other: `${written} readings are corrected.` }),
    scale: (count: number, written: string) =>
      plural(count, { one: "1 reading is scaled.", other: `${written} readings are scaled.` }),
  },
  undone: "The mend is undone.",
  legend: "Mended",
  list: "Mended",
  listNote: "Charts, files and the API show these readings mended. As they were sent, they are kept.",
  undo: "Undo",
  undoOf: (what: string) => `Undo: ${what}`,
  done: {
    hide: "hidden",
    set: (value: string) => `corrected to ${value}`,
    scale: (factor: string, offset: string) => `times ${factor}, plus ${offset}`,
  },
  between: (least: string, greatest: string) => `values from ${least} to ${greatest}`,
  above: (least: string) => `values from ${least} up`,
  below: (greatest: string) => `values up to ${greatest}`,
  period: (from: string, to: string) => `${from} – ${to}`,
  by: (who: string, when: string) => `${who}, ${when}`,
  show: "Show",
  showOf: (what: string) => `Show: ${what}`,
};
