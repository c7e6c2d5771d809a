// Authorises principals to send as a device and to receive its commands, for every protocol.
// Invariant: only a client that presents its key, or a person or program that may issue commands, may send as a device with a key.
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
   * Why the principal may not send as the device; null where it may. Called for each message, so it has to be fast. A caller that
   * refuses a wrong key counts it (`LockOut`); here a key that may become the device's is only registered as its offer.
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
    // Its key may have been accepted since it connected: ending that connection would refuse its last will.
    if (keys.isLocked(device)) return keys.use(digest) === device ? null : message("wrong-key", { device });
    const joined = hasJoined(device);
    if (!keys.offer(device, digest, joined)) return message("wrong-key/other-offered", { device, code: digest.code });
    return joined && settings.anonymous === "none" ? message("key-not-accepted", { device, code: digest.code }) : null;
  }
}
