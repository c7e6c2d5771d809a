// Sends a CSV file to the hub in pieces, each once the previous one is processed: memory is bounded for any file size.
import {
  IMPORT_PIECE_BYTES,
  type Import,
  type ImportFormChanges,
  type ImportPass,
} from "../../../shared/history/import.ts";
import { OWN_TIME_ZONE } from "../../i18n/times.ts";
import { ApiFailure, apiUrl, LONG_REQUEST_TIMEOUT_MS, patch, post, remove, request } from "../client.ts";

const urlOf = (id: string, rest = "", query = {}) => apiUrl(`imports/${encodeURIComponent(id)}${rest}`, query);

export function beginImport(file: File): Promise<Import> {
  const query = { name: file.name, zone: OWN_TIME_ZONE };
  return sendBytes(apiUrl("imports", query), file.slice(0, IMPORT_PIECE_BYTES));
}

export function changeImport(id: string, changes: ImportFormChanges): Promise<Import> {
  return patch(urlOf(id), changes);
}

export function endImport(id: string): Promise<void> {
  return remove(urlOf(id));
}

/** Where the hub has the import no more, since it was started again or another one was begun, it is begun anew in the same form. */
export async function onImport(
  { id, form }: Import,
  file: File,
  act: (id: string) => Promise<Import>,
): Promise<Import> {
  try {
    return await act(id);
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.code !== "no-such-import") throw error;
    const begun = await beginImport(file);
    await changeImport(begun.id, form);
    return act(begun.id);
  }
}

/** Reports progress after each piece; rejects with the signal's reason once that is aborted. */
export async function runImport(id: string, file: File, { kind, signal, onProgress }: PassOptions): Promise<Import> {
  let state = await post<Import>(urlOf(id, `/${kind}`), {});
  for (let offset = 0, isLast = false; !isLast; offset += IMPORT_PIECE_BYTES) {
    signal.throwIfAborted();
    isLast = offset + IMPORT_PIECE_BYTES >= file.size;
    const piece = file.slice(offset, offset + IMPORT_PIECE_BYTES);
    state = await sendBytes(urlOf(id, "/pieces", { offset, last: String(isLast) }), piece, signal);
    onProgress(state);
  }
  return state;
}

interface PassOptions {
  readonly kind: ImportPass["kind"];
  readonly signal: AbortSignal;
  readonly onProgress: (state: Import) => void;
}

async function sendBytes(url: string, piece: Blob, signal?: AbortSignal): Promise<Import> {
  const headers = { "content-type": "application/octet-stream" };
  // Read first: a file that was changed or removed fails here, with its own message.
  const body = await piece.arrayBuffer();
  return request(url, { method: "POST", headers, body, timeoutMs: LONG_REQUEST_TIMEOUT_MS, ...(signal && { signal }) });
}
