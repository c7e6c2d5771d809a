// Saves an export where the person says. The hub's rows stream into a file beside the chosen one, which takes its name
// only when the last row is in: a hub that dies half-way leaves no half file.
import { rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { app, type BrowserWindow, dialog, net } from "electron";
import type { ApiError, ExportQuery } from "../shared/api.ts";
import type { SaveOutcome } from "../shared/bridge.ts";
import type { HubEndpoint } from "./hub-process.ts";

export async function saveCsv(
  window: BrowserWindow,
  endpoint: () => HubEndpoint | undefined,
  query: ExportQuery,
  suggestedName: string,
): Promise<SaveOutcome> {
  const { filePath } = await dialog.showSaveDialog(window, {
    title: "Save readings",
    defaultPath: join(app.getPath("downloads"), basename(suggestedName)),
    filters: [{ name: "CSV", extensions: ["csv"] }],
  });
  if (filePath === undefined || filePath === "") return { kind: "cancelled" };
  const hub = endpoint();
  if (hub === undefined) return { kind: "failed", reason: "The hub is not running at the moment." };
  try {
    await stream(hub, query, filePath);
    return { kind: "saved", path: filePath };
  } catch (error) {
    console.warn(`${filePath} was not saved:`, error);
    const { message } = error instanceof Error ? error : new Error(String(error));
    // Chromium's names for a broken connection are no words for a person.
    return { kind: "failed", reason: message.startsWith("net::") ? "The hub stopped while it was sending." : message };
  }
}

async function stream(hub: HubEndpoint, query: ExportQuery, path: string): Promise<void> {
  const answer = await net.fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/export.csv?${searchParams(query)}`, {
    // On its way within this computer packing it would only cost time.
    headers: { authorization: `Bearer ${hub.token}`, "accept-encoding": "identity" },
  });
  if (!answer.ok || answer.body === null) {
    const { message }: ApiError = await answer.json();
    throw new Error(message);
  }
  const unfinished = `${path}.part`;
  try {
    await writeFile(unfinished, answer.body);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function searchParams(query: ExportQuery): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined) params.append(name, one);
  }
  return params;
}
