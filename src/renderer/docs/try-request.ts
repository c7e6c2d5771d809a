// A request that the page's reader has filled in: its address, the same as a line for a shell, and what the hub answers.
import type { Operation } from "./api-description.ts";

/** As much of an answer as is shown: an export may be of any length. */
const MAX_SHOWN_CHARACTERS = 100_000;

export interface Filled {
  /** By the name of the parameter; of a list, a line each. */
  readonly values: Readonly<Record<string, string>>;
  readonly body: string;
  /** Empty where the browser's own session is used. */
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly type: string;
  readonly text: string;
  readonly isCut: boolean;
  readonly tookMs: number;
}

function urlOf({ path, parameters = [] }: Operation, { values }: Filled): URL {
  let filled = path;
  const search = new URLSearchParams();
  for (const { name, in: place, schema } of parameters) {
    const value = values[name] ?? "";
    if (place === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== "")
      for (const one of schema.type === "array" ? value.split("\n") : [value]) search.append(name, one);
  }
  const url = new URL(`..${filled}`, document.baseURI);
  url.search = search.toString();
  return url;
}

export function curlOf(operation: Operation, filled: Filled): string {
  const { method, requestBody } = operation;
  const parts = ["curl"];
  if (method !== "GET") parts.push(`-X ${method}`);
  parts.push(quoted(urlOf(operation, filled).href));
  if (operation["x-permission"] !== "open" || filled.token !== "") parts.push('-H "Authorization: Bearer $TOKEN"');
  if (requestBody !== undefined) parts.push("-H 'Content-Type: application/json'", `--data ${quoted(filled.body)}`);
  return parts.join(" ");
}

/** Throws where the hub does not answer. */
export async function send(operation: Operation, filled: Filled): Promise<Answer> {
  const { method, requestBody } = operation;
  const startMs = performance.now();
  const answer = await fetch(urlOf(operation, filled), {
    method,
    headers: {
      ...(filled.token !== "" && { authorization: `Bearer ${filled.token}` }),
      ...(requestBody !== undefined && { "content-type": "application/json" }),
    },
    ...(requestBody !== undefined && { body: filled.body }),
  });
  const { text, isCut } = await readSome(answer);
  const type = answer.headers.get("content-type") ?? "";
  const { status, statusText } = answer;
  return {
    status,
    statusText,
    type,
    isCut,
    text: isCut ? text : pretty(type, text),
    tookMs: performance.now() - startMs,
  };
}

async function readSome({ body }: Response): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (reader !== undefined && text.length < MAX_SHOWN_CHARACTERS) {
    const { done, value } = await reader.read();
    if (done) return { text, isCut: false };
    text += value;
  }
  await reader?.cancel();
  return { text: text.slice(0, MAX_SHOWN_CHARACTERS), isCut: reader !== undefined };
}

function pretty(type: string, text: string): string {
  if (!type.startsWith("application/json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
