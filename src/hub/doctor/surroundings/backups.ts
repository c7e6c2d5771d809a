// Whether the nightly backups are made, and are sound. No finding where they are off, and before the first.
import { message } from "../../../shared/messages/message.ts";
import { DAY_MS } from "../../../shared/time.ts";
import type { BackupCondition } from "../../backups/backups.ts";
import type { Finding } from "../finding.ts";

const MAX_AGE_MS = 2 * DAY_MS;

export function checkBackups(backups: BackupCondition | null, nowMs: number): readonly Finding[] {
  if (backups === null || !backups.isWanted) return [];
  const { last, problem, soundSinceMs } = backups;
  const text = message("backup/problem", { problem });
  const remedy = message("backups-failed/remedy");
  if (last?.outcome === "failed") return [wrong(message("backups-failed/title"), text, remedy)];
  if (last?.outcome === "damaged")
    return [wrong(message("backups-damaged/title"), text, message("backups-damaged/remedy"))];
  const ageMs = nowMs - soundSinceMs;
  if (ageMs > MAX_AGE_MS) {
    const days = Math.floor(ageMs / DAY_MS);
    return [wrong(message("backups-old/title"), message("backups-old/message", { days }), remedy)];
  }
  if (last === null) return [];
  const fine = message("backups/fine", { when: localTime(last.atMs) });
  return [{ id: "backups", state: "fine", title: message("backups/title"), message: fine }];
}

function wrong(title: Finding["title"], text: Finding["message"], remedy: Finding["message"]): Finding {
  return { id: "backups", state: "wrong", title, message: text, remedy };
}

/** By the clock of the hub's computer, such as 2026-01-31 03:00. */
function localTime(atMs: number): string {
  return new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000).toISOString().slice(0, 16).replace("T", " ");
}
