// Who is signed in. There is one administrator: by this run's token from this computer, or by a session that the printed
// link opened. Sessions are signed tokens; links and tickets are secrets that work once.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import { type EndedSessionRecords, EndedSessions } from "./ended-sessions.ts";
import { isLoopback } from "./networks.ts";
import type { Principal } from "./principal.ts";

/** Only browsers have sessions: a hub that serves none is smaller. */
const jose = () => import("jose");

const LINK_LIFE_MS = 10 * 60_000;
const TICKET_LIFE_MS = 30_000;
const MAX_TICKETS = 1_000;
export const SESSION_LIFE_SECONDS = 30 * 24 * 3_600;
/** A clock that is set back a little after a sign-in must not end the session. */
const CLOCK_TOLERANCE_SECONDS = 3_600;

export interface SessionsOptions {
  /** This run's administrator token, good from loopback alone. */
  readonly token: string;
  readonly clock: Clock;
}

export class Sessions {
  readonly #options: SessionsOptions;
  #signingKey: Uint8Array | null = null;
  readonly #link: { readonly secret: string; readonly untilMs: number };
  #linkUsed = false;
  readonly #ended: EndedSessions;
  readonly #tickets = new Map<string, { readonly principal: Principal; readonly untilMs: number }>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#ended = new EndedSessions(options.clock);
    this.#link = { secret: makeSecret(), untilMs: options.clock.now() + LINK_LIFE_MS };
  }

  /** `signingKey`, in base64url, is kept with the hub's data, so that sessions outlive a restart. */
  start(signingKey: string): void {
    this.#signingKey = Buffer.from(signingKey, "base64url");
  }

  /** What is signed out of is written down there, and counts after a restart, too. */
  rememberEnded(records: EndedSessionRecords): Promise<void> {
    return this.#ended.start(records);
  }

  /** The secret of this run's sign-in link: good once, for ten minutes from the start. */
  get linkSecret(): string {
    return this.#link.secret;
  }

  /** A session for the secret of the link, or null when it is wrong, used or too old. */
  async signIn(linkSecret: string): Promise<string | null> {
    const tooOld = this.#options.clock.now() > this.#link.untilMs;
    if (this.#linkUsed || tooOld || !sameSecret(linkSecret, this.#link.secret)) return null;
    this.#linkUsed = true;
    const { SignJWT } = await jose();
    const nowSeconds = Math.floor(this.#options.clock.now() / 1_000);
    return (
      new SignJWT({ role: "admin" })
        .setProtectedHeader({ alg: "HS256" })
        // Two that begin in the same second are two.
        .setJti(makeSecret())
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + SESSION_LIFE_SECONDS)
        .sign(this.#key)
    );
  }

  /** Ends a session: its token is good for nothing from then on. Resolves when that is on disk. */
  end(session: string): Promise<void> {
    const lifeMs = (SESSION_LIFE_SECONDS + CLOCK_TOLERANCE_SECONDS) * 1_000;
    return this.#ended.add(session, this.#options.clock.now() + lifeMs);
  }

  /** The person of a session of ours, from anywhere. */
  async personOf(session: string): Promise<Principal | null> {
    if (this.#ended.has(session)) return null;
    try {
      const nowMs = this.#options.clock.now();
      const { jwtVerify } = await jose();
      const { payload } = await jwtVerify(session, this.#key, {
        algorithms: ["HS256"],
        requiredClaims: ["exp"],
        currentDate: new Date(nowMs),
      });
      const { exp = Number.POSITIVE_INFINITY, role } = payload;
      const lifeSeconds = exp - nowMs / 1_000;
      const isSound = role === "admin" && lifeSeconds <= SESSION_LIFE_SECONDS + CLOCK_TOLERANCE_SECONDS;
      return isSound ? { kind: "person", role } : null;
    } catch {
      // Not one of ours, or expired: either way it signs in no one.
      return null;
    }
  }

  /** The shell, for this run's token from loopback. */
  shellOf(token: string, address: string): Principal | null {
    return isLoopback(address) && sameSecret(token, this.#options.token) ? { kind: "shell", role: "admin" } : null;
  }

  get #key(): Uint8Array {
    if (this.#signingKey === null) throw new Error("sessions cannot be signed before the start");
    return this.#signingKey;
  }

  /** A secret that opens one live connection within half a minute, in the name of the one who asked for it. */
  makeTicket(principal: Principal): string {
    const ticket = makeSecret();
    this.#tickets.set(ticket, { principal, untilMs: this.#options.clock.now() + TICKET_LIFE_MS });
    for (const oldest of this.#tickets.keys()) {
      if (this.#tickets.size <= MAX_TICKETS) break;
      this.#tickets.delete(oldest);
    }
    return ticket;
  }

  /** Who asked for the ticket; null where there is none such, and from then on. */
  redeemTicket(ticket: string): Principal | null {
    const found = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return found !== undefined && this.#options.clock.now() <= found.untilMs ? found.principal : null;
  }
}

export function makeSecret(): string {
  return randomBytes(32).toString("base64url");
}

function sameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
