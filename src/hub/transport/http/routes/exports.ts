// Readings as files: CSV for spreadsheets and programs, JSON for programs. All are streamed, whatever the range.
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { ExportQuery, ReadingRow, SelectionQuery } from "../../../../shared/api.ts";
import type { Problem } from "../../../../shared/errors.ts";
import type { DeviceId } from "../../../../shared/ids.ts";
import { message } from "../../../../shared/messages/message.ts";
import type { Clock } from "../../../clock.ts";
import type { Registry } from "../../../devices/registry.ts";
import { type CsvFormat, type ExportFormat, type ExportNote, PLAIN_CSV } from "../../../export/export-format.ts";
import { isTimeZone } from "../../../export/zoned-time.ts";
import type { ReadingStore } from "../../../store/readings.ts";
import type { Annotations } from "../../../timeline/annotations.ts";
import { sendProblem } from "../errors.ts";
import { preferredType } from "../preferences.ts";
import { quoted } from "../query/query-check.ts";
import { parseSelection, type Selection } from "../query/selection.ts";
import { route } from "../route.ts";
import { sendPieces } from "../send-stream.ts";

export interface ExportRouteOptions {
  readonly readings: Pick<ReadingStore, "export">;
  readonly registry: Pick<Registry, "shown">;
  readonly timeline: { readonly annotations: Pick<Annotations, "list"> };
  readonly clock: Clock;
}

const [CSV, NDJSON, JSON_TYPE] = ["text/csv", "application/x-ndjson", "application/json"] as const;
/**
 * Of all clients. Of one that waits for its turn nobody sees whether its client is still there, and each takes the reader a second or
 * more in a hub with hundreds of thousands of series.
 */
const MAX_OPEN_EXPORTS = 32;
const FORMAT_OF = { [NDJSON]: "ndjson", [JSON_TYPE]: "json" } as const;
const CONTENT_TYPE = {
  csv: `${CSV}; charset=utf-8; header=present`,
  ndjson: `${NDJSON}; charset=utf-8`,
  json: `${JSON_TYPE}; charset=utf-8`,
} as const;
/** Options of CSV. */
const CSV_PARAMETERS = ["tz", "time", "sep", "decimal", "layout", "notes"] as const;

export function addExportRoutes(
  app: FastifyInstance,
  { readings, registry, timeline, clock }: ExportRouteOptions,
): void {
  let open = 0;
  const send = async (reply: FastifyReply, selection: Selection, format: ExportFormat) => {
    const isHead = reply.request.method === "HEAD";
    if (!isHead && open >= MAX_OPEN_EXPORTS) return sendProblem(reply, message("too-many-requests/exports"));
    const name = fileName(selection.devices, clock.now(), format.kind);
    reply
      .header("Content-Type", CONTENT_TYPE[format.kind])
      .header("Content-Disposition", `attachment; filename="${name}"`);
    if (isHead) return reply.send();
    open++;
    try {
      const devices = registry.shown(selection.devices, reply.request);
      return await sendPieces(reply, readings.export({ ...selection, devices }, format));
    } finally {
      open--;
    }
  };
  /** Notes of the devices in the file that the principal may see, and notes of all devices. */
  const notesOf = (selection: Selection, devices: readonly string[] | null): ExportNote[] =>
    timeline.annotations
      .list(selection)
      .filter(({ device }) => device === undefined || devices === null || devices.includes(device))
      .map(({ device = null, time: fromMs, timeEnd: toMs = null, text }) => ({ device, fromMs, toMs, text }));

  route(app, {
    method: "GET",
    url: "/api/v1/export.csv",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "exportCsv",
      tags: ["Export"],
      summary: "Readings as CSV, oldest first",
      description:
        "As programs read it without parameters: RFC 4180, ISO 8601 in UTC. For a spreadsheet choose `time=spreadsheet` and, where it writes 25,5 for 25.5, `decimal=,` with `sep=;`. `notes=1` adds a last column with what people noted (see Annotations); a note that no reading follows has a row of its own at the end, without a value. A client whose Accept header takes JSON or NDJSON and no CSV gets that.",
      querystring: ExportQuery,
      produces: { [CSV]: Type.String(), [JSON_TYPE]: Type.Array(ReadingRow), [NDJSON]: Type.String() },
    },
    handler: async (request, reply) => {
      const selection = parseSelection(request.query);
      if ("code" in selection) return sendProblem(reply, selection);
      const format = negotiate(request.headers.accept, request.query);
      if ("code" in format) return sendProblem(reply, format);
      const withNotes = format.kind === "csv" && request.query.notes === "1";
      if (!withNotes) return send(reply, selection, format);
      const devices = registry.shown(selection.devices, reply.request);
      return send(reply, selection, { ...format, notes: notesOf(selection, devices) });
    },
  });

  for (const kind of ["json", "ndjson"] as const) {
    route(app, {
      method: "GET",
      url: `/api/v1/export.${kind}`,
      permission: "viewer",
      audit: null,
      showsSome: true,
      schema: {
        operationId: kind === "json" ? "exportJson" : "exportNdjson",
        tags: ["Export"],
        summary: kind === "json" ? "Readings as one JSON array, oldest first" : "Readings as JSON, one a line",
        querystring: SelectionQuery,
        produces: kind === "json" ? { [JSON_TYPE]: Type.Array(ReadingRow) } : { [NDJSON]: Type.String() },
      },
      handler: async (request, reply) => {
        const selection = parseSelection(request.query);
        return "code" in selection ? sendProblem(reply, selection) : send(reply, selection, { kind });
      },
    });
  }
}

/** CSV, unless the client accepts JSON and no CSV. */
function negotiate(accept: string | undefined, query: ExportQuery): ExportFormat | Problem {
  if (preferredType(accept, [CSV]) !== null) return parseCsvFormat(query);
  const type = preferredType(accept, [JSON_TYPE, NDJSON]);
  if (type === null) return parseCsvFormat(query);
  const misplaced = CSV_PARAMETERS.find((name) => query[name] !== undefined);
  if (misplaced === undefined) return { kind: FORMAT_OF[type] };
  return message("bad-request/csv-only", { field: misplaced, mediaType: type });
}

function parseCsvFormat(query: ExportQuery): CsvFormat | Problem {
  const { tz = PLAIN_CSV.timeZone, time = PLAIN_CSV.time, layout = PLAIN_CSV.layout } = query;
  const { sep = PLAIN_CSV.separator, decimal = PLAIN_CSV.decimal } = query;
  if (!isTimeZone(tz)) return message("bad-request/time-zone", { field: "tz", value: quoted(tz) });
  if (decimal === sep) {
    const isSepGiven = query.sep !== undefined;
    return message("bad-request/decimal", { field: "decimal", value: decimal, isSepGiven });
  }
  return { kind: "csv", separator: sep === "tab" ? "\t" : sep, decimal, time, timeZone: tz, layout };
}

function fileName(devices: readonly DeviceId[] | null, nowMs: number, extension: string): string {
  const [only, ...others] = devices ?? [];
  const what = only !== undefined && others.length === 0 ? `-${only.replaceAll(":", "-")}` : "";
  return `bramble${what}-${new Date(nowMs).toISOString().slice(0, 10)}.${extension}`;
}
