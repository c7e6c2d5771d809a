// Errors of requests over HTTP, WebSocket upgrades included. `field` is a query parameter, or the path of a value inside the body.
// Quoted parts of a request are already shortened.

import type { Sentence } from "../sentence.ts";

type Field = { readonly field: string };
type FieldValue = Field & { readonly value: string };
type Reason = { readonly reason: string };
type Path = { readonly path: string };
type Header = { readonly header: string; readonly value: string };
/** Of a parameter of the query; `value` is empty where it is missing. */
type Parameter = FieldValue & { readonly isMissing: boolean };
type Numeric = Parameter & { readonly isWhole: boolean; readonly unit: string };

const parameter = ({ field, value, isMissing }: Parameter) => `“${field}” is ${isMissing ? "missing" : `“${value}”`}`;
const number = (isWhole: boolean) => (isWhole ? "a whole number" : "a number");
const inBrackets = (unit: string) => (unit === "" ? "" : ` (${unit})`);
const header = ({ header: name, value }: Header) => `“${name}: ${value}”`;

export const http = {
  // The path, and the method.
  "no-such-route": ({ path, hint }: Path & { readonly hint: Sentence }) =>
    `There is nothing at ${path}.${hint === "" ? "" : ` ${hint}`}`,
  "no-such-route/agent-file": () => "The agent has no such file.",
  "no-such-route/reading-metrics": () => "This hub gives no readings to Prometheus. Start it with --metrics-readings.",
  "no-such-route/websocket": () =>
    "There is no WebSocket at this path: devices use /ws, MQTT over WebSocket is at /mqtt, and the hub's window listens at /api/v1/live.",
  "bad-request/mqtt-elsewhere": () =>
    'This path speaks JSON. MQTT over WebSocket is at /mqtt (paho: ws_set_options(path="/mqtt"); MQTT.js: ws://…/mqtt).',
  "bad-request/websocket": ({ reason }: { readonly reason: string }) =>
    `This is no WebSocket handshake (RFC 6455, version 13): ${reason}.`,
  "bad-request/path": ({ path }: Path) => `“${path}” is no path: a % in it is not followed by UTF-8 in hexadecimal.`,
  "method-not-allowed": ({ path, method, methods }: Path & { readonly method: string; readonly methods: string }) =>
    `${path} takes no ${method}: use ${methods}.`,

  // Parameters of the query.
  "bad-request/unknown-parameter": ({ field, path, known }: Field & Path & { readonly known: string }) =>
    `There is no parameter “${field}” here: ${path} takes ${known === "" ? "none" : known}.`,
  "bad-request/repeated-parameter": ({ field, count }: Field & { readonly count: number }) =>
    `“${field}” is given ${count} times: give it once.`,
  "bad-request/choice": ({ choices, ...rest }: Parameter & { readonly choices: string }) =>
    `${parameter(rest)}: use ${choices}.`,
  "bad-request/number": ({ isWhole, unit, ...rest }: Numeric) =>
    `${parameter(rest)}: use ${number(isWhole)}${inBrackets(unit)}.`,
  "bad-request/number-in-range": ({
    isWhole,
    unit,
    minimum,
    maximum,
    ...rest
  }: Numeric & { readonly minimum: number; readonly maximum: number }) =>
    `${parameter(rest)}: use ${number(isWhole)} from ${minimum} to ${maximum}${inBrackets(unit)}.`,
  "bad-request/text": ({ description, ...rest }: Parameter & { readonly description: string }) =>
    `${parameter(rest)}: ${description === "" ? "use text" : description}.`,
  "bad-request/time": ({ field, value }: FieldValue) =>
    `“${field}” is “${value}”: use milliseconds UTC or ISO 8601, such as 2026-01-31T12:00:00Z.`,
  "bad-request/from-after-to": ({ from, to }: Field & { readonly from: string; readonly to: string }) =>
    `“from” is “${from}” and “to” is “${to === "" ? "now" : to}”: “from” must be before “to”.`,
  "bad-request/too-many-series": ({ series, limit }: { readonly series: number; readonly limit: number }) =>
    `${series} series are more than the ${limit} of one answer: choose with “device” and “metric”.`,
  "bad-request/time-zone": ({ field, value }: FieldValue) =>
    `“${field}” is “${value}”: use an IANA time zone such as Europe/Berlin, or UTC.`,
  "bad-request/decimal": ({ field, value, isSepGiven }: FieldValue & { readonly isSepGiven: boolean }) =>
    `“${field}” is “${value}”: ${isSepGiven ? "“sep” is one as well" : "the columns are parted by commas"}. Use sep=; or sep=tab with it.`,
  "bad-request/csv-only": ({ field, mediaType }: Field & { readonly mediaType: string }) =>
    `“${field}” is for CSV, and “Accept: ${mediaType}” asks for something else: leave out one of them.`,
  "bad-request/cursor": ({ field, value }: FieldValue) => `“${field}” is “${value}”: use “next” of the page before.`,
  "bad-request/address": ({ field, value }: FieldValue) => `“${field}” is “${value}”: use an address of this hub.`,
  "bad-metric/request": ({ value }: FieldValue) => `“${value}” is no metric name.`,
  "bad-device-id/request": ({ value }: FieldValue) => `“${value}” is no device id.`,

  // The body.
  "not-json/body": () => "Body is not valid JSON but content-type is set to 'application/json'",
  "not-json/empty-body": () => "Body cannot be empty when content-type is set to 'application/json'",
  "bad-request/no-person": () =>
    "A program signs nobody in: open the hub's window, or sign in as a person, to make a link.",
  "bad-request/sign-in": ({ field }: Field) =>
    `“${field}” is missing: sign in with “username” and “password”, or with the “link” or “share” of a link.`,
  "bad-request/body": ({ reason }: Field & Reason) => `${reason}.`,
  "bad-request/duplicate-rule": (_: Field) => "Two rules are for the same device and metric.",
  "too-large/body": () => "The request is too large.",
  "unsupported-media-type": () => "Send JSON with the header Content-Type: application/json.",
  "unsupported-media-type/readings": () =>
    "Send JSON with the header Content-Type: application/json, or one object a line as application/x-ndjson.",
  "unsupported-media-type/charset": () => "Send JSON as UTF-8.",
  "unsupported-media-type/encoding": () => "Send the body as it is, or packed once, with gzip or deflate.",
  "unsupported-media-type/packed": (params: Header) => `${header(params)} is not taken here: send the body as it is.`,
  "bad-encoding": ({ encoding, reason }: Reason & { readonly encoding: string }) =>
    `The header says Content-Encoding: ${encoding}, but the message is not ${encoding}, or is broken: ${reason}.`,

  // Violations of HTTP itself.
  "bad-request/no-host": () =>
    "The request has no Host header, which HTTP/1.1 asks for: add “Host: ” and the hub's address.",
  "bad-request/method-case": ({ value }: { readonly value: string }) =>
    `The request begins with “${value}”: write its method in capital letters, such as POST.`,
  "bad-request/behind-body": ({ value }: { readonly value: string }) =>
    `“${value}” begins no request. Where it is the end of a body, the Content-Length before it is too short: it counts bytes.`,
  "bad-request/content-length": () => "The Content-Length is no number of bytes, or is there twice.",
  "bad-request/line-ends": () => 'A line of the headers ends with LF alone: end each with CR LF, "\\r\\n".',
  "bad-request/space-before-colon": ({ value }: { readonly value: string }) =>
    `The header “${value}” has a space before its colon: take it out.`,
  "bad-request/no-empty-line": () =>
    'The body begins where a header is expected: put an empty line, "\\r\\n\\r\\n", between the headers and the body.',
  "bad-request/transfer-encoding": (params: Header) => `${header(params)} is not taken: only chunked is.`,
  "bad-request/not-http": ({ reason }: Reason) =>
    `This is no HTTP request that the hub understands${reason === "" ? "" : `: ${reason}`}.`,
  "bad-request/ended-early": () => "The connection ended before the request did.",
  // With the parser's reason.
  "bad-request/unread": ({ reason }: Reason) => reason,
  "expectation-failed": (params: Header) => `${header(params)} cannot be met: only 100-continue is known.`,
  "request-timeout": () => "The request did not arrive whole in time. Send it again, on a new connection.",
  "headers-too-large": () => "The path and the headers of the request have over 16 KB, the most that is taken.",
  "too-large/chunk-extensions": () => "The chunk extensions of the request have over 16 KB, the most that is taken.",

  // Authentication.
  "not-signed-in": () =>
    "Nobody is signed in. Sign in with a name and a password, or open the link that the hub printed when it started.",
  forbidden: () => "Your role does not allow this. Ask an administrator.",
  "link-expired": () =>
    "This link was used before or is too old. Make a new one in the settings of a window that is signed in, or restart the hub: it prints one.",
  "bad-request/no-session": () => "There is no session to end: you use a token of another kind.",

  // What the hub cannot do now.
  "too-many-views": ({ limit }: { readonly limit: number }) =>
    `There are ${limit} named comparisons, the most there may be. Remove one first.`,
  "no-such-command": () => "There is no such command, or it is long past.",
  "hub-stopping": () => "The hub is being stopped. Try again in a moment.",
  "out-of-memory": () => "This hub is short of memory and takes no new connections. Try again in a moment.",
  "too-many-requests/exports": () =>
    "Too many exports are being made at this moment. Try again when one of them is done.",
  "too-many-connections": () =>
    "This hub has as many connections as it takes, from your address or in all. Close some; where many devices come from one address, start it with --no-rate-limit.",
  "disk-full/not-done": () => "The hub's disk is full: this was not done. Make room on it, then try again.",
  "store-failed/not-done": () => "The hub's database failed: this was not done. The log in its data folder says why.",
  internal: () => "The hub failed to answer. The log in its data folder says why.",
};
