// All devices by id, as they are in memory. It depends on no other part; queries over all devices are answered here.
import type { DeviceControl } from "../../shared/device.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { SeriesKey } from "../../shared/reading.ts";
import type { LatestReading } from "../observe/reading-metrics.ts";
import { AddedTopics } from "./added-topics.ts";
import { controlsOf, type DeviceState } from "./device-state.ts";

export interface DeviceCounts {
  readonly online: number;
  readonly offline: number;
}

export class DeviceDirectory {
  readonly states = new Map<string, DeviceState>();
  readonly addedTopics = new AddedTopics(this.states);

  /** A device with stored readings; undefined for one that is only about to be stored. */
  known(id: string): DeviceState | undefined {
    const state = this.states.get(id);
    return state?.known === true ? state : undefined;
  }

  /** Those of `devices`, or of all where there is null, that have joined: readings of the others are quarantined. */
  joined(devices: readonly DeviceId[] | null): readonly DeviceId[] | null {
    const states = [...this.states.values()];
    if (states.every(({ joining }) => joining === null)) return devices;
    const ids = devices ?? states.map(({ id }) => id);
    return ids.filter((id) => this.states.get(id)?.joining === null);
  }

  /** What has readings. */
  *series(): Generator<SeriesKey> {
    for (const { id, latest } of this.states.values()) for (const metric of latest.keys()) yield { device: id, metric };
  }

  /** The newest reading of each metric that has not fallen silent, of devices that have joined. */
  *latest(): Generator<LatestReading> {
    for (const { id, known, joining, latest, about } of this.states.values()) {
      if (!known || joining !== null) continue;
      for (const [metric, { ts, value, isStale }] of latest) {
        if (!isStale) yield { device: id, metric, unit: about.metrics?.[metric]?.unit, tsMs: ts, value };
      }
    }
  }

  isBlocked(id: DeviceId): boolean {
    return this.states.get(id)?.joining?.kind === "blocked";
  }

  /** What may be told to a device; undefined where there is no such device, or it has not joined. */
  controlsOf(id: DeviceId): readonly DeviceControl[] | undefined {
    const state = this.known(id);
    return state?.joining === null ? controlsOf(state) : undefined;
  }

  /** How many devices that have joined are here, and how many are not. */
  counts(): DeviceCounts {
    let online = 0;
    let offline = 0;
    for (const { known, joining, presence } of this.states.values()) {
      if (!known || joining !== null) continue;
      if (presence.online) online++;
      else offline++;
    }
    return { online, offline };
  }
}
