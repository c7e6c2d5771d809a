// Closes files with secrets to other users on Windows, where a file's mode has no effect: the user of the hub and the system keep
// their rights, and inherited ones are removed. Elsewhere the mode 0600 does this.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Services of Windows, such as backups, run as this. */
const SYSTEM_SID = "S-1-5-18";
const TIMEOUT_MS = 5_000;

export type SecretKind = "file" | "folder";

/** Arguments of `icacls`. Files that are made later in a folder inherit its rights. */
export function aclArguments(path: string, kind: SecretKind, userSid: string): readonly string[] {
  const inherited = kind === "folder" ? "(OI)(CI)" : "";
  const grant = (sid: string) => ["/grant:r", `*${sid}:${inherited}F`];
  return [path, "/inheritance:r", ...grant(userSid), ...grant(SYSTEM_SID), "/Q"];
}

/** The security identifier in what `whoami /user /fo csv /nh` prints; null where there is none. */
export function sidOf(printed: string): string | null {
  return /"(S-1-5-[\d-]+)"\s*$/.exec(printed)?.[1] ?? null;
}

/** Answers why it could not be closed; null where it is, and on other systems. */
export function closeToOthers(path: string, kind: SecretKind, platform = process.platform): string | null {
  if (platform !== "win32") return null;
  const user = runSystemProgram("whoami.exe", ["/user", "/fo", "csv", "/nh"]);
  const sid = sidOf(user.output);
  if (sid === null) return `${path}: its user is not known (${user.output.trim() || user.failure})`;
  const acl = runSystemProgram("icacls.exe", aclArguments(path, kind, sid));
  return acl.failure === null ? null : `${path}: ${acl.output.trim() || acl.failure}`;
}

/** By its full path: another program of this name may lie in the current folder. */
function runSystemProgram(name: string, args: readonly string[]): { output: string; failure: string | null } {
  const program = join(process.env["SystemRoot"] ?? "C:\\Windows", "System32", name);
  const ran = spawnSync(program, [...args], { encoding: "utf8", timeout: TIMEOUT_MS, windowsHide: true });
  if (ran.error !== undefined) return { output: "", failure: ran.error.message };
  return { output: ran.stdout + ran.stderr, failure: ran.status === 0 ? null : `${name} ended with ${ran.status}` };
}
