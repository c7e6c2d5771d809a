// One simulated Pi. It uses the hub's own protocol, and its messages are decoded, authorised and committed as those of every
// device.
// Order at its start: its `about`, then missing history, then live values.
import type { CommandMessage } from "../../shared/controls/command.ts";
import type { ControlValue } from "../../shared/controls/control.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { Language } from "../../shared/messages/language.ts";
import { message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import type { Share } from "../access/limits/share.ts";
import type { Clock } from "../clock.ts";
import type { Commands } from "../commands/commands.ts";
import type { Registry } from "../devices/registry.ts";
import type { Inbox } from "../protocols/inbox.ts";
import { matchTopic } from "../protocols/protocols.ts";
import type { PiKind } from "./pi-kinds.ts";
import { rounded } from "./signals.ts";
import { SIMULATED_PAST_MS } from "./simulated-devices.ts";

/** Between two values, of the past and live. */
export const SAMPLE_PERIOD_MS = 2_000;
const SAMPLES_PER_MESSAGE = 300;
/** The fraction of the distance to its target that a value moves in one sample. */
const EASE = 0.04;
const ADDRESS = "127.0.0.1";

export interface SimulatedPiOptions {
  readonly id: DeviceId;
  readonly kind: PiKind;
  readonly inbox: Pick<Inbox, "receive">;
  readonly registry: Pick<Registry, "get" | "edit">;
  readonly commands: Pick<Commands, "attach">;
  readonly share: Share;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export class SimulatedPi {
  readonly #options: SimulatedPiOptions;
  readonly #state = new Map<string, ControlValue>();
  /** By metric: what controls add to it now. */
  readonly #offsets = new Map<string, number>();
  /** Messages that are on their way. */
  readonly #underWay = new Set<Promise<unknown>>();
  #detach: (() => void) | null = null;
  #isFilled = false;

  constructor(options: SimulatedPiOptions) {
    this.#options = options;
    const reported = options.registry.get(options.id)?.controls ?? [];
    for (const { control, initial } of options.kind.controls)
      this.#state.set(control.id, reported.find((one) => one.control.id === control.id)?.reported?.value ?? initial);
    for (const { metric, target } of this.#targets()) this.#offsets.set(metric, target);
  }

  /** Introduces a device that is new to the hub, in a person's language. */
  async introduce(language: Language): Promise<void> {
    const { id, kind, registry } = this.#options;
    const textOf = (code: PiKind["name"]) => render(message(code), language);
    await this.#send("about", {
      name: textOf(kind.name),
      model: textOf("simulation/model"),
      controls: kind.controls.map(({ control, label }) => ({ ...control, label: textOf(label) })),
      metrics: Object.fromEntries(
        kind.metrics.map(({ name, label, unit }) => [name, { label: textOf(label), ...(unit && { unit }) }]),
      ),
    });
    const metrics = kind.metrics.map((metric) => {
      const { name, kind: metricKind, decimals } = metric;
      return [name, { decimals, ...(metricKind && { kind: metricKind }) }] as const;
    });
    await registry.edit(id, { room: textOf(kind.room), metrics: Object.fromEntries(metrics) });
    await this.#sendState();
  }

  /** Fills in missing history, and listens to commands. Resolves once the history is on disk. */
  async start(): Promise<void> {
    const { id, registry, commands, clock } = this.#options;
    this.#detach = commands.attach(id, {
      deliver: async (command) => {
        this.#track(this.#execute(command));
        return true;
      },
    });
    const nowMs = clock.now();
    const known = registry.get(id)?.metrics.map(({ latest }) => latest.ts) ?? [];
    const fromMs = Math.max(nowMs - SIMULATED_PAST_MS, ...known.map((ts) => ts + SAMPLE_PERIOD_MS));
    for (let t = fromMs; t < nowMs; t += SAMPLES_PER_MESSAGE * SAMPLE_PERIOD_MS) {
      const endMs = Math.min(nowMs, t + SAMPLES_PER_MESSAGE * SAMPLE_PERIOD_MS);
      const samples = [];
      for (let ts = t; ts < endMs; ts += SAMPLE_PERIOD_MS) samples.push({ ts, ...this.#values(ts) });
      await this.#send("readings", samples);
    }
    this.#isFilled = true;
  }

  /** Sends what is measured now. */
  sample(): void {
    if (!this.#isFilled) return;
    for (const { metric, target } of this.#targets()) {
      const before = this.#offsets.get(metric) ?? 0;
      this.#offsets.set(metric, before + (target - before) * EASE);
    }
    this.#track(this.#send("readings", this.#values(this.#options.clock.now())));
  }

  /** Resolves when all its messages are settled. */
  async stop(): Promise<void> {
    this.#isFilled = false;
    this.#detach?.();
    this.#detach = null;
    await Promise.all(this.#underWay);
    this.#options.share.close();
  }

  *#targets(): Generator<{ readonly metric: string; readonly target: number }> {
    for (const { control, effect } of this.#options.kind.controls) {
      if (effect !== undefined)
        yield { metric: effect.metric, target: effect.amount * shareOf(this.#state.get(control.id)) };
    }
  }

  #values(tMs: number): Record<string, number> {
    return Object.fromEntries(
      this.#options.kind.metrics.map(({ name, decimals, signal }) => [
        name,
        rounded(signal(tMs) + (this.#offsets.get(name) ?? 0), decimals),
      ]),
    );
  }

  async #execute({ id, control, value }: CommandMessage): Promise<void> {
    if (value !== null) this.#state.set(control, value);
    await this.#sendState();
    await this.#send("reply", { id, ok: true, value });
  }

  async #sendState(): Promise<void> {
    const state = Object.fromEntries([...this.#state].filter(([, value]) => value !== null));
    if (Object.keys(state).length > 0) await this.#send("state", state);
  }

  /** A message that ingest refuses is listed, as one of any device. */
  async #send(leaf: "about" | "readings" | "state" | "reply", body: object): Promise<void> {
    const { id, inbox, share } = this.#options;
    const topic = `bramble/${id}/${leaf}`;
    const route = matchTopic(topic);
    if (route === null) throw new Error(`${topic} is no topic of a device`);
    await inbox.receive(
      {
        source: topic,
        payload: Buffer.from(JSON.stringify(body)),
        address: ADDRESS,
        principal: { kind: "device", device: id },
        transport: "mqtt",
        share,
        session: `simulation:${id}`,
      },
      route.decode,
    );
  }

  #track(work: Promise<unknown>): void {
    const done = work.catch(this.#options.onFailure).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }
}

/** From 0 to 1. */
function shareOf(value: ControlValue | undefined): number {
  if (typeof value === "number") return value / 100;
  return value === true ? 1 : 0;
}
