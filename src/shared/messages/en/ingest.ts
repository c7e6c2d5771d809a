// What is wrong with a message of a device. `field` is the path of a value inside the message, such as `[3].bme280.temperature`.

type Field = { readonly field: string };
type FieldValue = Field & { readonly value: string };
/** Zero-based; people count from one. */
type Position = { readonly position: number };
type Limit = { readonly limit: number };
/** Of the item of a batch, such as `[3]`; empty where the message is no batch. */
type Item = { readonly item: string };

const place = ({ position }: Position) => `at character ${position + 1}`;
const within = (field: string) => (field === "" ? "" : ` in “${field}”`);
const subject = (item: string) => (item === "" ? "The message" : `Item ${item} of the batch`);

const NO_VALUE_EXAMPLE = 'add a number such as "temperature": 25.5';
const DEVICE_ID_RULE = "1-64 of A-Z a-z 0-9 _ - . : and a letter or digit first";
const METRIC_RULE = "1-64 letters, digits, _ - . : % / and inner spaces";
const listed = (fields: readonly FieldValue[]) =>
  fields.map(({ field, value }) => `“${field}” says ${value}`).join(", ");
const foreign = (character: string) => (character === "" ? "" : ` (${JSON.stringify(character)} has no place in one)`);

const notStored = () => "The hub could not write this down and has not kept it. Send it again later.";

export const ingest = {
  "not-json/empty": () => "The message is empty.",
  "not-json/not-utf8": ({
    byte,
    position,
    isLatin1,
  }: Position & { readonly byte: string; readonly isLatin1: boolean }) =>
    `The message is not UTF-8 text: byte ${position + 1} is ${byte}${isLatin1 ? ". It looks like Latin-1: encode it as UTF-8" : ", which ends no character"}.`,
  "not-json/binary": () => "Send text, not binary messages.",
  "not-json/broken": ({
    position,
    field,
    reason,
    found,
  }: Position & Field & { readonly reason: string; readonly found: string }) =>
    `JSON broken ${place({ position })}${within(field)}: ${reason}${found === "" ? "" : `, found ${JSON.stringify(found)}`}.`,
  "not-an-object": ({ item, type }: Item & { readonly type: string }) =>
    `${subject(item)} is ${type}, not a JSON object such as {"device_id":"raspi-01","temperature":25.5}.${type === "a number" && item === "" ? " Over MQTT a bare number goes to bramble/<device>/metric/<metric>." : ""}`,
  "not-an-object/envelope": () => "A message is an object with a “type”.",
  "no-device": ({ item }: Item & Field) =>
    `No device is named${item === "" ? "" : ` in item ${item} of the batch`}: add "device_id": "raspi-01" with a name of your own.`,
  "no-device/envelope": (_: Field) => "The message names no device: give it a “device_id”, or open /ws?device=….",
  "bad-device-id": ({ field, value, character }: FieldValue & { readonly character: string }) =>
    `“${field}” says ${value}, which is no device id${foreign(character)}: ${DEVICE_ID_RULE}.`,
  "device-mismatch": ({
    field,
    value,
    device,
    namedBy,
  }: FieldValue & { readonly device: string; readonly namedBy: string }) =>
    `“${field}” says ${value}, but ${namedBy === "" ? "the topic, path or key" : `“${namedBy}”`} says ${device}. Send one name only.`,
  "bad-metric": ({ field, character }: Field & { readonly character: string }) =>
    `“${field}” names no metric${foreign(character)}: ${METRIC_RULE}.`,
  "forbidden-key": ({ field }: Field) => `“${field}” is not allowed as a name.`,
  "bad-time/no-time": ({ field, value }: FieldValue) =>
    `“${field}” is ${value}, which is no time: send seconds or milliseconds since 1970, or ISO 8601 such as 2026-01-31T12:00:00Z.`,
  "bad-time/not-set": ({ field, value }: FieldValue) =>
    `“${field}” is ${value}, which is before the year 2000: the device's clock is not set. Without a time the hub's counts.`,
  "bad-time/counts-from-2000": ({ field, value }: FieldValue) =>
    `“${field}” is ${value}, which counts from 2000 as MicroPython does: add 946684800, or send no time.`,
  "bad-time/future": ({ field, value }: FieldValue) =>
    `“${field}” is ${value}, which is more than a day in the future: check the device's clock, or send no time.`,
  "no-usable-value": ({ item }: Item) => `${subject(item)} holds no number: ${NO_VALUE_EXAMPLE}.`,
  "no-usable-value/fields": ({
    item,
    fields,
    meant,
  }: Item & { readonly fields: readonly FieldValue[]; readonly meant: string }) =>
    `${subject(item)} holds no number: ${listed(fields)}. ${meant === "" ? "Send numbers, such as 25.5" : `Write ${meant}, with a decimal point`}.`,
  "no-usable-value/bare": ({ field, value }: FieldValue) =>
    `“${field}” is “${value}”: send a number, true, false, ON or OFF.`,
  "no-usable-value/empty-batch": () => "The batch is empty: it holds no reading.",
  "too-deep": ({ field, limit }: Field & Limit) =>
    `${field === "" ? "The message" : `“${field}”`} is nested over ${limit} deep.`,
  "too-large": ({ limit }: Limit) => `The message has over ${limit} bytes, the most that is taken. Send it in parts.`,
  "too-large/unpacked": ({ limit }: Limit) =>
    `The message has over ${limit} bytes once it is unpacked, the most that is taken. Send it in parts.`,
  "too-large/dropped": ({ bytes, limit }: Limit & { readonly bytes: number }) =>
    `The message has ${bytes} bytes; ${limit} are taken. Send it in parts, and pictures to another place.`,
  "too-large/about": ({ limit }: Limit) =>
    `“about” has over ${limit} bytes, the most that is kept of what a device says of itself.`,
  "too-many-readings": ({ limit }: Limit) => `The message holds over ${limit} values. Send it in parts.`,
  "too-many-readings/texts": ({ limit }: Limit) =>
    `The message holds over ${limit} values that are text. Send it in parts.`,
  "bad-about": ({ field, fault }: Field & { readonly fault: string }) =>
    `“about” is not understood: ${field === "" ? "the message" : `“${field}”`} ${fault === "" ? "is not as expected" : fault}.`,
  "bad-status": ({ value }: { readonly value: string }) => `“${value}” is no status: send online or offline.`,
  "bad-state": () => '“state” is an object of controls and their values, such as {"led":true}.',
  "bad-reply": () => 'A reply is {"id":"…","ok":true,"value":…} or {"id":"…","ok":false,"error":"why"}.',
  "disk-full": () => "The hub's disk is full: it has not kept this. Send it again later.",
  "store-failed/not-stored": notStored,
  "internal/not-stored": notStored,
  "bad-request/seq": ({ limit }: Field & Limit) => `“seq” is a number, or text of at most ${limit} characters.`,
  "bad-request/envelope-type": ({ kinds }: Field & { readonly kinds: string }) => `“type” is one of ${kinds}.`,

  // Why a value was left out, while the rest of its message was stored.
  "skipped/no-value": ({ value }: FieldValue) => `${value} is no value.`,
  "skipped/no-number": () => "The item holds no number.",
  "skipped/array": (_: Field) => "An array is taken where it holds 1 to 64 numbers or booleans.",
};
