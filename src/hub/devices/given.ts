// What people say of a device, kept apart from what it says of itself.
import { Compile } from "typebox/compile";
import { DeviceChanges, type DeviceGiven } from "../../shared/device.ts";
import { type Problem, problem } from "../../shared/errors.ts";

const changesSchema = Compile(DeviceChanges);

/** Texts without the spaces around them. */
export function parseChanges(body: unknown): DeviceChanges | Problem {
  const trimmed = typeof body === "object" && body !== null && !Array.isArray(body) ? mapValues(body, trim) : body;
  if (changesSchema.Check(trimmed)) return trimmed;
  const stranger = Object.keys(Object(trimmed)).find((key) => !Object.hasOwn(DeviceChanges.properties, key));
  if (stranger !== undefined && trimmed !== body)
    return problem("bad-request", `“${stranger.slice(0, 80)}” is nothing that can be changed.`, { field: stranger });
  const [fault] = changesSchema.Errors(trimmed);
  const field = fault?.instancePath.slice(1).replaceAll("/", ".") ?? "";
  const where = field === "" ? "The change" : `“${field}”`;
  return problem("bad-request", `${where} is not understood: it ${fault?.message ?? "is not as expected"}.`, {
    ...(field === "" ? {} : { field }),
  });
}

function mapValues(object: object, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function trim(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trim);
  return typeof value === "string" ? value.trim() : value;
}

/** What is said after the changes; empty fields are left out. */
export function edited(given: DeviceGiven, changes: DeviceChanges): DeviceGiven {
  const { name, room, notes, icon, tags } = { ...given, ...changes };
  return {
    ...(name && { name }),
    ...(room && { room }),
    ...(notes && { notes }),
    ...(icon && { icon }),
    ...(tags && tags.length > 0 && { tags: [...new Set(tags)] }),
  };
}
