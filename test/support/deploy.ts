// Parses the files of resources/deploy: YAML with anchors, variables with defaults.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { parse } from "yaml";

const FOLDER = fileURLToPath(new URL("../../resources/deploy", import.meta.url));

export function deployFile(...path: readonly string[]): string {
  return join(FOLDER, ...path);
}

export function readDeployFile(...path: readonly string[]): string {
  return readFileSync(deployFile(...path), "utf8");
}

export function parseYaml<S extends TSchema>(schema: S, text: string): Static<S> {
  return Value.Parse(schema, parse(text, { merge: true }));
}

const Text = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

const Service = Type.Object({
  image: Type.String(),
  command: Type.Optional(Type.Array(Type.String())),
  environment: Type.Optional(Type.Record(Type.String(), Text)),
  network_mode: Type.Optional(Type.String()),
  networks: Type.Optional(Type.Unknown()),
  ports: Type.Optional(Type.Array(Type.String())),
  profiles: Type.Optional(Type.Array(Type.String())),
  volumes: Type.Optional(Type.Array(Type.String())),
  read_only: Type.Optional(Type.Boolean()),
  cap_drop: Type.Optional(Type.Array(Type.String())),
});
export type Service = Static<typeof Service>;

const Compose = Type.Object({
  /** A file that replaces another one is named after it. */
  name: Type.Optional(Type.String()),
  services: Type.Record(Type.String(), Service),
  networks: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  volumes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type Compose = Static<typeof Compose>;

export const composeFiles: readonly string[] = readdirSync(FOLDER).filter((name) => /^compose.*\.yaml$/.test(name));

export function readCompose(name: string): Compose {
  return parseYaml(Compose, readDeployFile(name));
}

/** The variables that a compose file uses. */
export function variablesOf(text: string): string[] {
  return [...text.matchAll(/\$\{(\w+)[^}]*\}/g)].map(([, name = ""]) => name);
}

/** Substitutes as Compose does: the variable's value, or its default. */
export function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::[-?]((?:[^{}]|\$\{\w+\})*))?\}/g, (_all, name: string, byDefault = "") =>
    substitute(values[name] ?? byDefault, values),
  );
}
