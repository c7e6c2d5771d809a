// Backups in the API: settings, the outcome of the last one, and existing files.
import { type Static, Type } from "typebox";

export const BackupFile = Type.Object({
  name: Type.String(),
  atMs: Type.Integer({ description: "as of when, milliseconds UTC" }),
  bytes: Type.Integer(),
  isDamaged: Type.Boolean({ description: "the check found damage, which the database has, too" }),
  isEncrypted: Type.Boolean(),
});
export type BackupFile = Static<typeof BackupFile>;

const Outcome = Type.Union([Type.Literal("sound"), Type.Literal("damaged"), Type.Literal("failed")]);

export const LastBackup = Type.Object({
  atMs: Type.Integer(),
  outcome: Outcome,
  problem: Type.Optional(Type.String({ description: "what went wrong, for people" })),
});
export type LastBackup = Static<typeof LastBackup>;

const Hour = Type.Integer({ minimum: 0, maximum: 23, description: "when, by the clock of the hub's computer" });

export const BackupStatus = Type.Object({
  kind: Type.Union([Type.Literal("files"), Type.Literal("server")], {
    description:
      "server: the data is in a database server, whose own backups count; the set-up is written down nightly",
  }),
  nightly: Type.Boolean(),
  hour: Hour,
  folder: Type.String(),
  isFolderFixed: Type.Boolean({ description: "a flag or the environment of the hub names it" }),
  isEncrypting: Type.Boolean({ description: "the hub was given a passphrase, with which they are encrypted" }),
  running: Type.Union([Type.Literal("backup"), Type.Literal("restore"), Type.Null()]),
  nextMs: Type.Union([Type.Integer(), Type.Null()]),
  last: Type.Union([LastBackup, Type.Null()]),
  restoreProblem: Type.Optional(Type.String({ description: "why the last restore was given up, for people" })),
  restoreCommand: Type.Optional(
    Type.String({
      description: "where the hub cannot restart by itself: what to run in its place, with the file's name",
    }),
  ),
  backups: Type.Array(BackupFile, { description: "newest first" }),
});
export type BackupStatus = Static<typeof BackupStatus>;

export const BackupChanges = Type.Object(
  {
    nightly: Type.Optional(Type.Boolean()),
    hour: Type.Optional(Hour),
    folder: Type.Optional(
      Type.Union([Type.String({ maxLength: 1_024 }), Type.Null()], {
        description: "an absolute path on the hub's computer; null for the one in its data folder",
      }),
    ),
  },
  { additionalProperties: false },
);
export type BackupChanges = Static<typeof BackupChanges>;
