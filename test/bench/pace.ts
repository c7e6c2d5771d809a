// A thousand messages a second of two metrics each, from fifty clients: what a large home or a small farm sends.
import { type Static, Type } from "typebox";
import { runLoad } from "./children.ts";
import type { Window } from "./programs/window.ts";

const PaceReport = Type.Object({ acknowledged: Type.Integer(), p50Ms: Type.Number(), p99Ms: Type.Number() });
export type PaceReport = Static<typeof PaceReport>;

const load = { clients: 50, periodMs: 50, together: 5 };

export function pace(port: number, window: Window): Promise<PaceReport> {
  return runLoad("mqtt-pace", { ...load, port, window }, PaceReport);
}
