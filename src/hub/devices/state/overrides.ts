// What people set of a device, apart from what it reports in `about`.
import { Compile } from "typebox/compile";
import { type AddedControl, VALUE_PLACEHOLDER } from "../../../shared/controls/added-control.ts";
import { checkControls } from "../../../shared/controls/control.ts";
import {
  DeviceChanges,
  type DeviceOverrides,
  type MetricChanges,
  type MetricSettings,
} from "../../../shared/device.ts";
import type { Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import type { DeviceTopics } from "../../access/topic-authority.ts";

const changesSchema = Compile(DeviceChanges);

/** Texts without the spaces around them. */
export function parseChanges(body: unknown, topics: DeviceTopics): DeviceChanges | Problem {
  const trimmed = typeof body === "object" && body !== null && !Array.isArray(body) ? mapValues(body, trim) : body;
  if (changesSchema.Check(trimmed)) return problemOf(trimmed.controls ?? [], topics) ?? trimmed;
  const unknown = Object.keys(Object(trimmed)).find((key) => !Object.hasOwn(DeviceChanges.properties, key));
  if (unknown !== undefined && trimmed !== body)
    return message("bad-request/unknown-change", { field: unknown, value: unknown.slice(0, 80) });
  const [fault] = changesSchema.Errors(trimmed);
  const field = fault?.instancePath.slice(1).replaceAll("/", ".") ?? "";
  return message("bad-request/change", { field, fault: fault?.message ?? "" });
}

function problemOf(controls: readonly AddedControl[], topics: DeviceTopics): Problem | null {
  const fault = checkControls(
    controls.map(({ control }) => control),
    "bad-request",
  );
  if (fault !== null) return fault;
  for (const [index, { publishes }] of controls.entries()) {
    const field = `controls.${index}`;
    const wrong = topicProblem(publishes.topic, `${field}.publishes.topic`, topics);
    if (wrong !== null) return wrong;
    if ("template" in publishes && !publishes.template.includes(VALUE_PLACEHOLDER)) {
      const of = { field: `${field}.publishes.template`, placeholder: VALUE_PLACEHOLDER };
      return message("bad-request/no-placeholder", of);
    }
  }
  return null;
}

function topicProblem(topic: string, field: string, topics: DeviceTopics): Problem | null {
  const isOurs = topic.startsWith("$") || topics.isDeviceTopic(topic) || topics.isCommandTopic(topic);
  if (isOurs) return message("bad-request/topic-of-hub", { field, topic });
  return /[+#\p{Cc}]/u.test(topic) ? message("bad-request/no-single-topic", { field, topic }) : null;
}

function mapValues(object: object, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function trim(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trim);
  return typeof value === "string" ? value.trim() : value;
}

/** The overrides after the changes; empty fields are left out. */
export function edited(overrides: DeviceOverrides, changes: DeviceChanges): DeviceOverrides {
  const { name, room, notes, icon, tags, controls } = { ...overrides, ...changes };
  const metrics = editedMetrics(overrides.metrics ?? {}, changes.metrics ?? {});
  return {
    ...(name && { name }),
    ...(room && { room }),
    ...(notes && { notes }),
    ...(icon && { icon }),
    ...(tags && tags.length > 0 && { tags: [...new Set(tags)] }),
    ...(controls && controls.length > 0 && { controls }),
    ...(Object.keys(metrics).length > 0 && { metrics }),
  };
}

function editedMetrics(
  overrides: NonNullable<DeviceOverrides["metrics"]>,
  changes: NonNullable<DeviceChanges["metrics"]>,
): Record<string, MetricSettings> {
  const edited = new Map(Object.entries(overrides));
  for (const [name, change] of Object.entries(changes)) {
    const settings = change === null ? {} : editedMetric(edited.get(name) ?? {}, change);
    if (Object.keys(settings).length > 0) edited.set(name, settings);
    else edited.delete(name);
  }
  return Object.fromEntries(edited);
}

function editedMetric(settings: MetricSettings, changes: MetricChanges): MetricSettings {
  const { label, unit, kind, decimals, hidden, place } = { ...settings, ...changes };
  return {
    ...(label && { label }),
    ...(unit && { unit }),
    ...(kind && { kind }),
    ...(decimals !== undefined && decimals !== null && { decimals }),
    ...(hidden && { hidden }),
    ...(place !== undefined && place !== null && { place }),
  };
}
