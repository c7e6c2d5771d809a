// Principals, the same for every protocol, and what each may do. Everything is closed: only the permissions "open" and "device" let
// in a principal without a role, and one with a scope of devices reaches only routes that declare that they filter by scope.

import type { DeviceId } from "../../shared/ids.ts";
import type { Role } from "../../shared/security/access.ts";
import { ROLES } from "../../shared/security/roles.ts";
import type { SecretDigest } from "./secrets.ts";

export type Principal =
  /** The desktop shell, or a command line on this computer: it has this run's token. */
  | { readonly kind: "shell"; readonly role: "admin" }
  /** Signed in, with a session. */
  | {
      readonly kind: "person";
      readonly name: string;
      readonly role: Role;
      readonly rooms?: readonly string[];
      readonly session: string;
    }
  | {
      readonly kind: "api-key";
      readonly id: string;
      readonly name: string;
      readonly role: Role;
      readonly rooms?: readonly string[];
    }
  /** Has opened a link that shows one device, or a comparison of several. */
  | {
      readonly kind: "share";
      readonly id: string;
      readonly devices: readonly string[];
      readonly role: "viewer";
      readonly session: string;
    }
  /** An outside broker, which authenticates its clients itself. */
  | { readonly kind: "broker"; readonly role: "operator" }
  /** Presented the device's key. */
  | { readonly kind: "device"; readonly device: DeviceId }
  /** Presented an unknown key, which may become that of a device without one. */
  | { readonly kind: "unproven"; readonly digest: SecretDigest; readonly device: DeviceId | null }
  | { readonly kind: "anonymous" };

export const ANONYMOUS: Principal = { kind: "anonymous" };

/**
 * The least role that a route requires. "open" allows anyone, and checks no credential; "device" allows devices, and the handler
 * authorises the device (`DeviceAuthority`).
 */
export type Permission = "open" | "device" | Role;

export type Decision = "granted" | "not-signed-in" | "forbidden";

/** `showsSome`: the answer leaves out devices that the principal may not see. */
export function decide(principal: Principal, permission: Permission, showsSome = false): Decision {
  if (permission === "open") return "granted";
  if (permission === "device") return mayBeDevice(principal) ? "granted" : "forbidden";
  if (principal.kind === "anonymous" || principal.kind === "unproven") return "not-signed-in";
  if (!("role" in principal) || !hasRole(principal.role, permission)) return "forbidden";
  return showsSome || scopeOf(principal) === null ? "granted" : "forbidden";
}

/** Whether `role` may do all that `least` may. */
export function hasRole(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** A program or a person who may give commands may also send readings for devices. */
function mayBeDevice(principal: Principal): boolean {
  return !("role" in principal) || hasRole(principal.role, "operator");
}

/** The devices that a principal may see; null where that is all. */
export type Scope =
  | { readonly kind: "rooms"; readonly rooms: readonly string[] }
  | { readonly kind: "devices"; readonly devices: readonly string[] };

export function scopeOf(principal: Principal): Scope | null {
  if (principal.kind === "share") return { kind: "devices", devices: principal.devices };
  if (principal.kind === "device") return { kind: "devices", devices: [principal.device] };
  return "rooms" in principal && principal.rooms !== undefined ? { kind: "rooms", rooms: principal.rooms } : null;
}

/** The device that a key, or the user name beside one, is of; null where there is none. */
export function deviceNamedBy(principal: Principal): DeviceId | null {
  return principal.kind === "device" || principal.kind === "unproven" ? principal.device : null;
}

/** Is authenticated. */
export function isAuthenticated(principal: Principal): boolean {
  return principal.kind === "device" || "role" in principal;
}

/** Whether both are the same principal, and so have the same rights. */
export function isSamePrincipal(one: Principal, other: Principal): boolean {
  return subjectOf(one) === subjectOf(other);
}

/** Identifies a principal: its kind and its name, or the digest of its key. */
function subjectOf(principal: Principal): string {
  switch (principal.kind) {
    case "shell":
    case "anonymous":
    case "broker":
      return principal.kind;
    case "person":
      return `person ${principal.name}`;
    case "api-key":
      return `api-key ${principal.id}`;
    case "share":
      return `share ${principal.id}`;
    case "device":
      return `device ${principal.device}`;
    case "unproven":
      return `unproven ${principal.digest.hash} ${principal.device ?? ""}`;
  }
}

/** As the audit log and lists call it. */
export function nameOf(principal: Principal): string {
  switch (principal.kind) {
    case "shell":
      return "this computer";
    case "person":
      return principal.name;
    case "api-key":
      return `api-key:${principal.name}`;
    case "broker":
      return "broker";
    case "share":
      return `share:${principal.id}`;
    case "device":
      return `device:${principal.device}`;
    case "unproven":
    case "anonymous":
      return "anonymous";
  }
}
