// The five simulated Pis: their metrics, their controls, and the effect of controls on metrics.
import type { Control, ControlValue } from "../../shared/controls/control.ts";
import type { MetricKind } from "../../shared/device.ts";
import type { MessageCode } from "../../shared/messages/message.ts";
import { bursts, door, meter, type Signal, wave } from "./signals.ts";

type NameCode = Extract<MessageCode, `simulation/${string}`>;

interface SimulatedMetric {
  readonly name: string;
  readonly label: NameCode;
  readonly unit?: string;
  readonly kind?: MetricKind;
  readonly decimals: number;
  readonly signal: Signal;
}

interface SimulatedControl {
  /** Its label is in a person's language. */
  readonly control: Control;
  readonly label: NameCode;
  readonly initial: ControlValue;
  /** What it adds to a metric in the end, where it is fully on. */
  readonly effect?: { readonly metric: string; readonly amount: number };
}

export interface PiKind {
  readonly name: NameCode;
  readonly room: NameCode;
  readonly metrics: readonly SimulatedMetric[];
  readonly controls: readonly SimulatedControl[];
}

/** When the meters began to count. */
const METERS_SINCE_MS = Date.UTC(2026, 0, 1);

const temperature = (seed: number, mean: number, day: number): SimulatedMetric => ({
  name: "temperature",
  label: "simulation/temperature",
  unit: "°C",
  decimals: 1,
  signal: wave({ seed, mean, day, drift: 0.7, jitter: 0.08, decimals: 1 }),
});

const humidity = (seed: number, mean: number, day: number): SimulatedMetric => ({
  name: "humidity",
  label: "simulation/humidity",
  unit: "%",
  decimals: 1,
  signal: wave({ seed, mean, day, drift: 2.5, jitter: 0.3, least: 5, decimals: 1 }),
});

const pressure = (seed: number): SimulatedMetric => ({
  name: "pressure",
  label: "simulation/pressure",
  unit: "hPa",
  decimals: 1,
  signal: wave({ seed, mean: 1_013, day: 1.5, drift: 0.6, jitter: 0.08, decimals: 1 }),
});

/** By the name that a device's id ends with. */
export const PI_KINDS: ReadonlyMap<string, PiKind> = new Map([
  [
    "greenhouse",
    {
      name: "simulation/greenhouse",
      room: "simulation/room/garden",
      metrics: [
        temperature(11, 24, 5),
        humidity(12, 68, -9),
        {
          name: "soil",
          label: "simulation/soil",
          unit: "%",
          decimals: 1,
          signal: wave({ seed: 13, mean: 41, day: -2, drift: 1.2, jitter: 0.2, decimals: 1 }),
        },
      ],
      controls: [
        {
          control: { id: "pump", kind: "switch" },
          label: "simulation/pump",
          initial: false,
          effect: { metric: "soil", amount: 22 },
        },
        {
          control: { id: "vent", kind: "number", min: 0, max: 100, step: 5, unit: "%" },
          label: "simulation/vent",
          initial: 20,
          effect: { metric: "temperature", amount: -6 },
        },
      ],
    },
  ],
  [
    "living-room",
    {
      name: "simulation/living-room",
      room: "simulation/room/house",
      metrics: [
        temperature(21, 21, 0.8),
        {
          name: "co2",
          label: "simulation/co2",
          unit: "ppm",
          decimals: 0,
          signal: wave({ seed: 22, mean: 720, day: 60, drift: 140, jitter: 6, least: 420, decimals: 0 }),
        },
        {
          name: "light",
          label: "simulation/light",
          unit: "lx",
          decimals: 0,
          signal: wave({ seed: 23, mean: 210, day: 190, drift: 40, jitter: 4, least: 1, decimals: 0 }),
        },
      ],
      controls: [
        {
          control: { id: "heating", kind: "switch" },
          label: "simulation/heating",
          initial: false,
          effect: { metric: "temperature", amount: 3 },
        },
        { control: { id: "lamp", kind: "color" }, label: "simulation/lamp", initial: "#ffb25c" },
      ],
    },
  ],
  [
    "workshop",
    {
      name: "simulation/workshop",
      room: "simulation/room/house",
      metrics: [
        {
          name: "cpu.temperature",
          label: "simulation/cpu",
          unit: "°C",
          decimals: 1,
          signal: wave({ seed: 31, mean: 49, day: 2, drift: 4, jitter: 0.7, decimals: 1 }),
        },
        {
          name: "power",
          label: "simulation/power",
          unit: "W",
          decimals: 1,
          signal: wave({ seed: 32, mean: 84, day: 20, drift: 26, jitter: 3, least: 2, decimals: 1 }),
        },
        {
          name: "energy",
          label: "simulation/energy",
          unit: "kWh",
          kind: "counter",
          decimals: 3,
          signal: meter(84, METERS_SINCE_MS),
        },
      ],
      controls: [
        {
          control: { id: "socket", kind: "switch" },
          label: "simulation/socket",
          initial: true,
          effect: { metric: "power", amount: 60 },
        },
        {
          control: { id: "restart", kind: "button", confirm: true },
          label: "simulation/restart",
          initial: null,
        },
      ],
    },
  ],
  [
    "cellar",
    {
      name: "simulation/cellar",
      room: "simulation/room/house",
      metrics: [
        temperature(41, 13, 0.4),
        humidity(42, 74, -1),
        { name: "door", label: "simulation/door", kind: "state", decimals: 0, signal: door(43) },
      ],
      controls: [
        {
          control: { id: "dehumidifier", kind: "select", options: ["off", "eco", "full"] },
          label: "simulation/mode",
          initial: "eco",
        },
      ],
    },
  ],
  [
    "weather",
    {
      name: "simulation/weather",
      room: "simulation/room/garden",
      metrics: [
        temperature(51, 14, 6),
        pressure(52),
        {
          name: "wind",
          label: "simulation/wind",
          unit: "m/s",
          decimals: 1,
          signal: wave({ seed: 53, mean: 3.4, day: 1, drift: 1.8, jitter: 1.1, least: 0, decimals: 1 }),
        },
        { name: "rain", label: "simulation/rain", unit: "mm/h", decimals: 1, signal: bursts(54, 6) },
      ],
      controls: [],
    },
  ],
] satisfies [string, PiKind][]);
