// Errors of requests about devices, their controls and commands.

type Field = { readonly field: string };
type Limit = { readonly limit: number };
type OfDevice = { readonly device: string };
type ControlOf = Field & { readonly control: string };
type Range = { readonly min: number | null; readonly max: number | null };

const range = ({ min, max }: Range) => {
  if (min !== null && max !== null) return ` from ${min} to ${max}`;
  if (min !== null) return ` from ${min} on`;
  return max === null ? "" : ` up to ${max}`;
};
const duplicateControl = ({ control }: ControlOf) => `There are two controls “${control}”.`;
const emptyRange = ({ control, min, max }: ControlOf & { readonly min: number; readonly max: number }) =>
  `“${control}” can be set to nothing: its lowest value, ${min}, is above its highest, ${max}.`;

export const devices = {
  "bad-value/switch": ({ control }: ControlOf) => `${control} takes true or false.`,
  "bad-value/number": ({ control, min, max }: ControlOf & Range) => `${control} takes a number${range({ min, max })}.`,
  "bad-value/step": ({ control, step, from }: ControlOf & { readonly step: number; readonly from: number }) =>
    `${control} takes numbers in steps of ${step} from ${from}.`,
  "bad-value/select": ({ control, options }: ControlOf & { readonly options: string }) =>
    `${control} takes one of ${options}.`,
  "bad-value/button": ({ control }: ControlOf) => `${control} takes no value.`,
  "bad-value/text": ({ control, maxCharacters }: ControlOf & { readonly maxCharacters: number }) =>
    `${control} takes text of at most ${maxCharacters} characters.`,
  "bad-value/color": ({ control }: ControlOf) => `${control} takes a colour such as #ff8800.`,
  "bad-about/duplicate-control": duplicateControl,
  "bad-about/empty-range": emptyRange,
  "bad-request/duplicate-control": duplicateControl,
  "bad-request/empty-range": emptyRange,
  "bad-request/unknown-change": ({ value }: Field & { readonly value: string }) =>
    `“${value}” is nothing that can be changed.`,
  "bad-request/change": ({ field, fault }: Field & { readonly fault: string }) =>
    `${field === "" ? "The change" : `“${field}”`} is not understood: it ${fault === "" ? "is not as expected" : fault}.`,
  "bad-request/topic-of-hub": ({ topic }: Field & { readonly topic: string }) =>
    `“${topic}” is a topic of the hub's own: name the one that the device listens on.`,
  "bad-request/no-single-topic": ({ topic }: Field & { readonly topic: string }) =>
    `“${topic}” is no single topic: it has a +, a # or a control character.`,
  "bad-request/no-placeholder": ({ placeholder }: Field & { readonly placeholder: string }) =>
    `The payload has no place for the number: write ${placeholder} where it goes.`,
  "bad-request/merge-into-itself": ({ device }: OfDevice & Field) => `${device} cannot become part of itself.`,
  "not-joined/blocked": ({ device }: OfDevice) => `${device} is blocked: only devices that have joined can become one.`,
  "not-joined/waiting": ({ device }: OfDevice) =>
    `${device} waits to join: only devices that have joined can become one.`,
  "too-many-metrics/merged": ({
    from,
    into,
    count,
    limit,
  }: Limit & { readonly from: string; readonly into: string; readonly count: number }) =>
    `${from} and ${into} have ${count} metrics together, and a device may have ${limit}.`,
  "too-many-metrics": ({ device, field, limit }: OfDevice & Field & Limit) =>
    `${device} has ${limit} metrics, the most a device may have (--max-metrics): “${field}” would be one more.`,
  "too-many-devices": ({ limit }: Limit) => `The hub has ${limit} devices, the most it may have (--max-devices).`,
  "too-many-devices/another": ({ device, limit }: OfDevice & Limit) =>
    `The hub has ${limit} devices, the most it may have (--max-devices): ${device} would be one more.`,
  "no-such-device": ({ device }: OfDevice) => `There is no device “${device}”.`,
  "device-blocked": ({ device }: OfDevice) =>
    `${device} was blocked: nothing of it is taken until somebody lets it join.`,
  "waiting-device-full": ({ device, readings, limit }: OfDevice & Limit & { readonly readings: number }) =>
    `${device} waits to join, and ${readings} readings of it lie here. There may be ${limit}: no more is taken until somebody lets it join.`,
  "joining-closed": ({ device }: OfDevice) => `${device} is unknown, and this hub takes no new devices.`,
  "waiting-list-full": ({ device, limit }: OfDevice & Limit) =>
    `${device} is unknown, and ${limit} devices wait to join: no more are taken until somebody decides on them.`,
  "waiting-list-full/address": ({ device, address, limit }: OfDevice & Limit & { readonly address: string }) =>
    `${device} is unknown, and ${limit} devices from ${address} wait to join: no more are taken until somebody decides on them.`,
  "device-leaving": ({ device }: OfDevice) =>
    `${device} is being removed, or made part of another device. Try again in a moment.`,
  "device-leaving/takes-in": ({ device }: OfDevice) =>
    `The history of another device is being moved to ${device}. Try again in a moment.`,
  "no-such-control": ({ device, control }: OfDevice & ControlOf) => `${device} has no control “${control}”.`,
  "too-many-commands": ({ device, limit }: OfDevice & Limit) =>
    `${limit} commands wait for ${device}, the most there may be.`,
};
