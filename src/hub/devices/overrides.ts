// What people say of a device, kept apart from what it says of itself.
import { Compile } from "typebox/compile";
import { type AddedControl, VALUE_PLACEHOLDER } from "../../shared/added-control.ts";
import { checkControls } from "../../shared/control.ts";
import { DeviceChanges, type DeviceOverrides } from "../../shared/device.ts";
import { type Problem, plainProblem } from "../../shared/errors.ts";
import type { DeviceTopics } from "../access/topic-authority.ts";

const changesSchema = Compile(DeviceChanges);

/** Texts without the spaces around them. */
export function parseChanges(body: unknown, topics: DeviceTopics): DeviceChanges | Problem {
  const trimmed = typeof body === "object" && body !== null && !Array.isArray(body) ? mapValues(body, trim) : body;
  if (changesSchema.Check(trimmed)) return whatIsWrongWith(trimmed.controls ?? [], topics) ?? trimmed;
  const stranger = Object.keys(Object(trimmed)).find((key) => !Object.hasOwn(DeviceChanges.properties, key));
  if (stranger !== undefined && trimmed !== body)
    return plainProblem("bad-request", `“${stranger.slice(0, 80)}” is nothing that can be changed.`, {
      field: stranger,
    });
  const [fault] = changesSchema.Errors(trimmed);
  const field = fault?.instancePath.slice(1).replaceAll("/", ".") ?? "";
  const where = field === "" ? "The change" : `“${field}”`;
  return plainProblem("bad-request", `${where} is not understood: it ${fault?.message ?? "is not as expected"}.`, {
    ...(field === "" ? {} : { field }),
  });
}

function whatIsWrongWith(controls: readonly AddedControl[], topics: DeviceTopics): Problem | null {
  const fault = checkControls(controls.map(({ control }) => control));
  if (fault !== null) return plainProblem("bad-request", fault.words, { field: `controls.${fault.index}` });
  for (const [index, { publishes }] of controls.entries()) {
    const field = `controls.${index}`;
    const wrong = wrongTopicWords(publishes.topic, topics);
    if (wrong !== null) return plainProblem("bad-request", wrong, { field: `${field}.publishes.topic` });
    if ("template" in publishes && !publishes.template.includes(VALUE_PLACEHOLDER)) {
      const words = `The payload has no place for the number: write ${VALUE_PLACEHOLDER} where it goes.`;
      return plainProblem("bad-request", words, { field: `${field}.publishes.template` });
    }
  }
  return null;
}

function wrongTopicWords(topic: string, { isDeviceTopic, isCommandTopic }: DeviceTopics): string | null {
  const isOurs = topic.startsWith("$") || isDeviceTopic(topic) || isCommandTopic(topic);
  if (isOurs) return `“${topic}” is a topic of the hub's own: name the one that the device listens on.`;
  return /[+#\p{Cc}]/u.test(topic) ? `“${topic}” is no single topic: it has a +, a # or a control character.` : null;
}

function mapValues(object: object, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function trim(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trim);
  return typeof value === "string" ? value.trim() : value;
}

/** What is said after the changes; empty fields are left out. */
export function edited(given: DeviceOverrides, changes: DeviceChanges): DeviceOverrides {
  const { name, room, notes, icon, tags, controls } = { ...given, ...changes };
  return {
    ...(name && { name }),
    ...(room && { room }),
    ...(notes && { notes }),
    ...(icon && { icon }),
    ...(tags && tags.length > 0 && { tags: [...new Set(tags)] }),
    ...(controls && controls.length > 0 && { controls }),
  };
}
