// Composes the parts of access control and loads their records.
// Invariant: what is revoked or changed counts at once, on connections that are open, too.
import type { DeviceId } from "../../shared/ids.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { Store } from "../store/store.ts";
import { type AccessFlags, AccessSettings, accessRecords } from "./access-settings.ts";
import { ApiKeys, apiKeyRecords } from "./accounts/api-keys.ts";
import { DeviceKeys, deviceKeyRecords } from "./accounts/device-keys.ts";
import { OneTimeSecrets } from "./accounts/one-time-secrets.ts";
import { People, personRecords } from "./accounts/people.ts";
import { isSameSubject, SESSION_LIFE_MS, type SessionSubject, Sessions, sessionRecords } from "./accounts/sessions.ts";
import { Shares, shareRecords } from "./accounts/shares.ts";
import { SigningKeys, signingKeyRecords } from "./accounts/signing-keys.ts";
import { AuditTrail } from "./audit-trail.ts";
import { type Authenticate, makeAuthenticate } from "./authenticate.ts";
import { BrowserGuard } from "./browsers.ts";
import { DeviceAuthority } from "./device-authority.ts";
import { LockOut } from "./limits/lock-out.ts";
import { RequestRate } from "./limits/request-rate.ts";
import { Networks } from "./networks.ts";
import { OpenConnections } from "./open-connections.ts";
import type { Principal } from "./principal.ts";
import { makeSecret } from "./secrets.ts";
import { type DeviceTopics, TopicAuthority } from "./topic-authority.ts";
import { TrustedProxies } from "./trusted-proxies.ts";

const LINK_LIFE_MS = 10 * 60_000;
const TICKET_LIFE_MS = 30_000;
/** How often connections are checked for an expired key, link or session. */
const EXPIRY_CHECK_MS = 30_000;

/** The part of the devices that access calls. */
interface KnownDevices {
  /** Whether a person has let the device join. */
  hasJoined(device: DeviceId): boolean;
  roomOf(device: string): string | undefined;
  /** The topics of controls that people added. */
  addedTopics(): ReadonlyMap<string, DeviceId>;
}

export interface AccessOptions {
  readonly flags: AccessFlags;
  readonly store: Pick<Store, "records" | "audit">;
  readonly devices: KnownDevices;
  readonly topics: DeviceTopics;
  readonly events: Pick<HubEvents, "deviceChanged" | "deviceRemoved">;
  readonly clock: Clock;
  readonly onFailure: (message: string) => (error: unknown) => void;
}

export class Access {
  /** This run's administrator bearer token, good from loopback alone. */
  readonly token: string;
  readonly settings: AccessSettings;
  readonly networks: Networks;
  readonly proxies: TrustedProxies;
  readonly browsers: BrowserGuard;
  readonly deviceKeys: DeviceKeys;
  readonly apiKeys: ApiKeys;
  readonly people: People;
  readonly shares: Shares;
  readonly sessions: Sessions;
  /** Each signs in once, as its subject. */
  readonly links: OneTimeSecrets<SessionSubject>;
  /** Each opens one live connection, as the principal that asked for it. */
  readonly tickets: OneTimeSecrets<Principal>;
  readonly lockOut: LockOut;
  readonly requests: RequestRate;
  readonly connections = new OpenConnections();
  readonly devices: DeviceAuthority;
  readonly topics: TopicAuthority;
  readonly authenticate: Authenticate;
  readonly audit: AuditTrail;
  readonly #options: AccessOptions;
  readonly #signingKeys: SigningKeys;
  #endTimer: (() => void) | null = null;

  constructor(options: AccessOptions) {
    const { flags, store, devices, topics, events, clock, onFailure } = options;
    const onSaveFailed = onFailure("keys and sessions could not be written down");
    const { connections } = this;
    this.#options = options;
    this.token = flags.token ?? makeSecret();
    this.settings = new AccessSettings({
      flags,
      onChanged: () => {
        this.networks.change(this.settings.allow);
        connections.recheck();
      },
    });
    this.networks = new Networks(this.settings.allow);
    this.proxies = new TrustedProxies(flags.trustProxy);
    this.browsers = new BrowserGuard(flags.allowedHosts);
    this.lockOut = new LockOut(clock);
    this.requests = new RequestRate(clock, flags.rateLimit);
    this.links = new OneTimeSecrets(clock, LINK_LIFE_MS);
    this.tickets = new OneTimeSecrets(clock, TICKET_LIFE_MS);
    this.deviceKeys = new DeviceKeys({
      clock,
      onChanged: (device) => {
        connections.end((one) => one.kind === "device" && one.device === device);
        connections.recheck();
        events.deviceChanged.emit(device);
      },
      onOffer: (device) => events.deviceChanged.emit(device),
      onSaveFailed,
    });
    this.apiKeys = new ApiKeys({
      clock,
      onEnded: (id) => this.#endConnectionsOf((one) => one.kind === "api-key" && one.id === id),
      onSaveFailed,
    });
    this.people = new People({
      clock,
      onChanged: (name) => this.#endSessionsOf({ kind: "person", name }),
      onSaveFailed,
    });
    this.shares = new Shares({ clock, onEnded: (id) => this.#endSessionsOf({ kind: "share", id }) });
    this.#signingKeys = new SigningKeys(clock, SESSION_LIFE_MS);
    this.sessions = new Sessions({
      clock,
      people: this.people,
      shares: this.shares,
      signingKeys: this.#signingKeys,
      onEnded: (id) => this.#endConnectionsOf((one) => "session" in one && one.session === id),
      onSaveFailed,
    });
    this.devices = new DeviceAuthority({
      keys: this.deviceKeys,
      settings: this.settings,
      hasJoined: (device) => devices.hasJoined(device),
      roomOf: (device) => devices.roomOf(device),
    });
    this.topics = new TopicAuthority({
      settings: this.settings,
      keys: this.deviceKeys,
      devices: this.devices,
      topics,
      addedTopics: () => devices.addedTopics(),
    });
    this.authenticate = makeAuthenticate(this);
    this.audit = new AuditTrail({
      log: store.audit,
      clock,
      onFailure: onFailure("the audit log could not be written"),
    });
    events.deviceRemoved.on((device) => {
      this.deviceKeys.forget(device);
      this.shares.forgetDevice(device).catch(onFailure("the end of a shared link could not be written down"));
      connections.recheck();
    });
  }

  /** Once the store is open. */
  async start(): Promise<void> {
    const { records } = this.#options.store;
    await this.settings.start(records.collection(accessRecords));
    await Promise.all([
      this.deviceKeys.start(records.collection(deviceKeyRecords)),
      this.apiKeys.start(records.collection(apiKeyRecords)),
      this.people.start(records.collection(personRecords)),
      this.shares.start(records.collection(shareRecords)),
      this.#signingKeys.start(records.collection(signingKeyRecords)),
      this.sessions.start(records.collection(sessionRecords)),
    ]);
    this.audit.start();
    this.#endTimer = this.#options.clock.every(EXPIRY_CHECK_MS, () => this.#endExpired());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
    this.audit.stop();
  }

  /** Ends those of matching principals, and revokes the tickets by which they could open more. */
  #endConnectionsOf(isOf: (principal: Principal) => boolean): void {
    this.connections.end(isOf);
    this.tickets.revoke(isOf);
  }

  /** Ends connections by expired credentials, which are checked only when a connection opens. A link's session ends with it. */
  #endExpired(): void {
    const expired = this.apiKeys.expiredIds();
    this.connections.end((one) =>
      one.kind === "api-key" ? expired.has(one.id) : "session" in one && !this.sessions.isOpen(one.session),
    );
  }

  /** Ends the sessions of a subject whose rights changed, and revokes the sign-in links that it made. */
  #endSessionsOf(subject: SessionSubject): void {
    const onFailure = this.#options.onFailure("sessions could not be ended on disk");
    this.links.revoke((one) => isSameSubject(one, subject));
    this.sessions.endOf(subject).catch(onFailure);
  }
}
