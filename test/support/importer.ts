// A client of the import routes, as the window and the command line are.
import {
  IMPORT_PIECE_BYTES,
  type Import,
  type ImportFormChanges,
  type ImportPass,
} from "../../src/shared/history/import.ts";
import type { HubInside } from "./hub-inside.ts";

const PREFIX = "/api/v1/imports";

export class Importer {
  state: Import;
  readonly #hub: HubInside;
  readonly #file: Uint8Array;

  constructor(hub: HubInside, file: Uint8Array, state: Import) {
    this.#hub = hub;
    this.#file = file;
    this.state = state;
  }

  static async begin(hub: HubInside, file: string | Uint8Array, zone = "UTC"): Promise<Importer> {
    const bytes = Buffer.from(file);
    const query = new URLSearchParams({ name: "history.csv", zone });
    const body = bytes.subarray(0, IMPORT_PIECE_BYTES);
    return new Importer(hub, bytes, await (await hub.fetch(`${PREFIX}?${query}`, { method: "POST", body })).json());
  }

  async change(changes: ImportFormChanges): Promise<Import> {
    return this.#ask("", "PATCH", JSON.stringify(changes));
  }

  async start(kind: ImportPass["kind"]): Promise<Import> {
    return this.#ask(`/${kind}`, "POST", "{}");
  }

  async sendPiece(): Promise<Import> {
    const offset = this.state.pass?.receivedBytes ?? 0;
    const piece = this.#file.subarray(offset, offset + IMPORT_PIECE_BYTES);
    const last = offset + piece.length >= this.#file.length;
    return this.#ask(`/pieces?offset=${offset}&last=${last}`, "POST", piece);
  }

  async pass(kind: ImportPass["kind"]): Promise<ImportPass | null> {
    await this.start(kind);
    do await this.sendPiece();
    while (this.state.pass?.isComplete === false);
    return this.state.pass;
  }

  async cancel(): Promise<void> {
    await this.#hub.fetch(`${PREFIX}/${this.state.id}`, { method: "DELETE", body: "{}" });
  }

  async #ask(path: string, method: string, body: string | Uint8Array<ArrayBuffer> | Uint8Array): Promise<Import> {
    const answer = await this.#hub.fetch(`${PREFIX}/${this.state.id}${path}`, { method, body: Buffer.from(body) });
    const state = await answer.json();
    if (answer.ok) this.state = state;
    return state;
  }
}

/** Imports a file like a person who accepts the guessed form, except for `changes`. */
export async function importFile(
  hub: HubInside,
  file: string | Uint8Array,
  changes: ImportFormChanges = {},
): Promise<Import> {
  const importer = await Importer.begin(hub, file);
  if (Object.keys(changes).length > 0) await importer.change(changes);
  await importer.pass("store");
  return importer.state;
}
