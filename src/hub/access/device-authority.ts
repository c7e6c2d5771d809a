// Who may speak for a device, and be sent its commands, on every way in.
// Invariant: a device with a key is spoken for by its key alone, or by a person or a program that may give commands.
import type { Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import type { AccessSettings } from "./access-settings.ts";
import type { DeviceKeys } from "./accounts/device-keys.ts";
import { hasRole, type Principal, scopeOf } from "./principal.ts";

export interface DeviceAuthorityOptions {
  readonly keys: DeviceKeys;
  readonly settings: Pick<AccessSettings, "anonymous">;
  /** Whether a person has let the device join. */
  readonly hasJoined: (device: DeviceId) => boolean;
  readonly roomOf: (device: string) => string | undefined;
}

export class DeviceAuthority {
  readonly #options: DeviceAuthorityOptions;

  constructor(options: DeviceAuthorityOptions) {
    this.#options = options;
  }

  /**
   * Why the principal may not speak for the device; null where it may. Asked for each message: keep it short. A caller that refuses a
   * wrong key counts it (`LockOut`); here a key that may become the device's is only noted.
   */
  denialFor(principal: Principal, device: DeviceId): Problem | null {
    const { keys, settings } = this.#options;
    switch (principal.kind) {
      case "anonymous":
        if (keys.isLocked(device)) return message("key-required", { device });
        return settings.anonymous === "none" ? message("key-required/all", { device }) : null;
      case "device":
        return principal.device === device
          ? null
          : message("forbidden/other-device", { device, own: principal.device });
      case "unproven":
        return this.#denialForUnproven(principal, device);
      case "shell":
      case "broker":
        return null;
      case "person":
      case "api-key":
        return hasRole(principal.role, "operator") && this.maySee(principal, device)
          ? null
          : message("forbidden/device", { device });
      case "share":
        return message("forbidden/device", { device });
    }
  }

  /** Whether the principal may see a device at all. */
  maySee(principal: Principal, device: string): boolean {
    const scope = scopeOf(principal);
    if (scope === null) return true;
    if (scope.kind === "devices") return scope.devices.includes(device);
    const room = this.#options.roomOf(device);
    return room !== undefined && scope.rooms.includes(room);
  }

  #denialForUnproven(
    { digest, device: own }: Extract<Principal, { readonly kind: "unproven" }>,
    device: DeviceId,
  ): Problem | null {
    const { keys, settings, hasJoined } = this.#options;
    if (own !== null && own !== device) return message("forbidden/other-device", { device, own });
    // Its key may have been accepted since it connected: to end that connection would have its last will refused.
    if (keys.isLocked(device)) return keys.use(digest) === device ? null : message("wrong-key", { device });
    const joined = hasJoined(device);
    if (!keys.offer(device, digest, joined)) return message("wrong-key/other-offered", { device, code: digest.code });
    return joined && settings.anonymous === "none" ? message("key-not-accepted", { device, code: digest.code }) : null;
  }
}
