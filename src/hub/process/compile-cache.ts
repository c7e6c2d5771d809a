// V8's compiled code of the hub, kept between its starts: it takes a tenth of a second to make.
import module from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Keeps compiled code in this user's folder for what can be made again, and nowhere that others may write: it is run as it lies
 * there. Without such a folder, or where it cannot be written to, code is compiled at every start. Call it once V8's flags are
 * set: it takes only code that was compiled with the same ones.
 */
export function keepCompiledCode(): void {
  const folder = cacheFolder();
  // The store's threads look at the variable.
  process.env["NODE_COMPILE_CACHE"] ||= folder;
  module.enableCompileCache(process.env["NODE_COMPILE_CACHE"]);
}

function cacheFolder(): string {
  const { CACHE_DIRECTORY, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  // systemd's, for a service that has one.
  if (CACHE_DIRECTORY !== undefined) return CACHE_DIRECTORY;
  if (process.platform === "win32")
    return join(LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "Bramble", "Cache");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "Bramble");
  const isSet = XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME);
  return join(isSet ? XDG_CACHE_HOME : join(homedir(), ".cache"), "bramble");
}
