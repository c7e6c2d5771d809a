// Who acts, whatever the protocol, and what each may do. Everything is closed: only a permission that says "open" lets in
// a principal without a role.
import type { DeviceId } from "../../shared/ids.ts";

/** The least first: each role may do all that the ones before it may. */
const ROLES = ["viewer", "operator", "admin"] as const;
type Role = (typeof ROLES)[number];

export type Principal =
  /** The desktop shell, or a command line on this computer: it has this run's token. */
  | { readonly kind: "shell"; readonly role: "admin" }
  /** Signed in, with a session. */
  | { readonly kind: "person"; readonly role: Role }
  | { readonly kind: "api-key"; readonly name: string; readonly role: Role }
  | { readonly kind: "device"; readonly device: DeviceId }
  | { readonly kind: "anonymous" };

export const ANONYMOUS: Principal = { kind: "anonymous" };

/** The least role that a route asks for; "open" takes anyone, and looks at no credential. */
export type Permission = "open" | Role;

export type Decision = "granted" | "not-signed-in" | "forbidden";

export function decide(principal: Principal, permission: Permission): Decision {
  if (permission === "open") return "granted";
  if (principal.kind === "anonymous") return "not-signed-in";
  if (!("role" in principal)) return "forbidden";
  return ROLES.indexOf(principal.role) >= ROLES.indexOf(permission) ? "granted" : "forbidden";
}
