// The writer's operations beside readings: attributes, records, settings, the audit log. Each is part of the transaction of its
// batch.
import type Database from "better-sqlite3";
import { limits } from "../../../../shared/reading.ts";
import type { StoredAttribute, StoredSetting } from "../../metadata.ts";

interface RecordRow {
  readonly id: string;
  /** The device that the record goes with; null where there is none. */
  readonly device: string | null;
  /** JSON. */
  readonly text: string;
}

export type RecordOperation =
  | {
      readonly kind: "attribute";
      readonly device: string;
      readonly name: string;
      readonly text: string;
      readonly changedAtMs: number;
    }
  | {
      readonly kind: "save-records";
      readonly collection: string;
      readonly rows: readonly RecordRow[];
      readonly removedIds: readonly string[];
    }
  | { readonly kind: "remove-device"; readonly id: string }
  /** Keeps the value that is there. */
  | { readonly kind: "add-setting"; readonly name: string; readonly value: string }
  | {
      readonly kind: "append-audit";
      readonly atMs: number;
      readonly actor: string;
      readonly action: string;
      readonly subject: string;
      /** JSON. */
      readonly details: string;
    }
  /** Replaces everything that is there. */
  | { readonly kind: "replace-attributes"; readonly attributes: readonly StoredAttribute[] }
  | { readonly kind: "replace-settings"; readonly settings: readonly StoredSetting[] }
  | { readonly kind: "trim-audit"; readonly fromMs: number; readonly maxEntries: number };

export class RecordTables {
  readonly #statements: ReturnType<typeof prepare>;
  /** Devices that attributes were written of. */
  readonly #written = new Set<string>();

  constructor(db: Database.Database) {
    this.#statements = prepare(db);
  }

  /** To be called within a transaction; at its end `finish` is. */
  write(operation: RecordOperation): void {
    const statements = this.#statements;
    switch (operation.kind) {
      case "attribute": {
        const { device, name, text, changedAtMs } = operation;
        statements.saveAttribute.run(device, name, text, changedAtMs);
        this.#written.add(device);
        break;
      }
      case "save-records": {
        const { collection, rows, removedIds } = operation;
        for (const id of removedIds) statements.removeRecord.run(collection, id);
        for (const { id, device, text } of rows) statements.saveRecord.run(collection, id, device, text);
        break;
      }
      case "remove-device":
        statements.removeRecordsOf.run(operation.id);
        statements.removeAttributes.run(operation.id);
        break;
      case "add-setting":
        statements.addSetting.run(operation.name, operation.value);
        break;
      case "append-audit": {
        const { atMs, actor, action, subject, details } = operation;
        statements.appendAudit.run(atMs, actor, action, subject, details);
        break;
      }
      case "replace-attributes":
        statements.removeAllAttributes.run();
        for (const { device, name, text, changedAtMs } of operation.attributes)
          statements.saveAttribute.run(device, name, text, changedAtMs);
        break;
      case "replace-settings":
        statements.removeAllSettings.run();
        for (const { name, value } of operation.settings) statements.addSetting.run(name, value);
        break;
      case "trim-audit":
        statements.trimAuditByAge.run(operation.fromMs);
        statements.trimAuditByCount.run(operation.maxEntries);
        break;
    }
  }

  /** Once for a device, however many attributes were written of it. */
  finish(): void {
    for (const device of this.#written) this.#statements.trimAttributes.run(device, device, limits.attributesPerDevice);
    this.#written.clear();
  }
}

function prepare(db: Database.Database) {
  return {
    saveAttribute: db.prepare(
      "INSERT INTO attribute (device, name, text, changed_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text, changed_at = excluded.changed_at",
    ),
    trimAttributes: db.prepare(
      "DELETE FROM attribute WHERE device = ? AND name IN (SELECT name FROM attribute WHERE device = ? ORDER BY changed_at DESC, name LIMIT -1 OFFSET ?)",
    ),
    removeAllAttributes: db.prepare("DELETE FROM attribute"),
    removeAllSettings: db.prepare("DELETE FROM setting"),
    removeAttributes: db.prepare("DELETE FROM attribute WHERE device = ?"),
    saveRecord: db.prepare(
      "INSERT INTO record (collection, id, device, text) VALUES (?, ?, ?, ?) ON CONFLICT (collection, id) DO UPDATE SET device = excluded.device, text = excluded.text",
    ),
    removeRecord: db.prepare("DELETE FROM record WHERE collection = ? AND id = ?"),
    removeRecordsOf: db.prepare("DELETE FROM record WHERE device = ?"),
    addSetting: db.prepare("INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING"),
    appendAudit: db.prepare("INSERT INTO audit (at, actor, action, subject, details) VALUES (?, ?, ?, ?, ?)"),
    trimAuditByAge: db.prepare("DELETE FROM audit WHERE at < ?"),
    trimAuditByCount: db.prepare(
      "DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id DESC LIMIT -1 OFFSET ?)",
    ),
  };
}
