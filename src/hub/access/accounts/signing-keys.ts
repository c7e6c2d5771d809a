// The keys that sign sessions. A new one takes over every month; the one before still checks what it signed, so nobody is
// signed out. Lazy: only browsers have sessions, and a hub that serves none is smaller without the library.
import { type Static, Type } from "typebox";
import type { Clock } from "../../clock.ts";
import type { RecordCollection, RecordKind } from "../../store/records.ts";
import { makeSecret } from "../secrets.ts";

const jose = () => import("jose");

const SigningKey = Type.Object({
  id: Type.String(),
  /** 256 random bits, base64url. */
  secret: Type.String(),
  createdMs: Type.Integer(),
});
type SigningKey = Static<typeof SigningKey>;

export const signingKeyRecords: RecordKind<typeof SigningKey> = {
  name: "session-signing-key",
  schema: SigningKey,
  idOf: ({ id }) => id,
};

const ROTATE_AFTER_MS = 30 * 86_400_000;
const ALGORITHM = "HS256";
const AUDIENCE = "bramble";
const ID_CHARACTERS = 8;
/** A clock that is set back a little after a sign-in must not end the session. */
const CLOCK_TOLERANCE_SECONDS = 3_600;

export type Verified =
  | { readonly kind: "session"; readonly id: string }
  /** It was one of ours. */
  | { readonly kind: "expired" }
  | { readonly kind: "forged" };

export class SigningKeys {
  readonly #clock: Clock;
  readonly #maxLifeMs: number;
  /** The newest last. */
  #keys: SigningKey[] = [];
  #records: RecordCollection<SigningKey> | null = null;

  /** `maxLifeMs` is how long a token may count: so long its key is kept. */
  constructor(clock: Clock, maxLifeMs: number) {
    this.#clock = clock;
    this.#maxLifeMs = maxLifeMs;
  }

  async start(records: RecordCollection<SigningKey>): Promise<void> {
    this.#records = records;
    this.#keys = (await records.list()).toSorted((a, b) => a.createdMs - b.createdMs);
  }

  /** A token for a session, good until `expiresMs`. */
  async sign(session: string, expiresMs: number): Promise<string> {
    const { SignJWT } = await jose();
    const { id, secret } = await this.#current();
    return new SignJWT({})
      .setProtectedHeader({ alg: ALGORITHM, kid: id })
      .setJti(session)
      .setAudience(AUDIENCE)
      .setIssuedAt(seconds(this.#clock.now()))
      .setExpirationTime(seconds(expiresMs))
      .sign(Buffer.from(secret, "base64url"));
  }

  async verify(token: string): Promise<Verified> {
    const { jwtVerify, errors } = await jose();
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#secretOf(kid), {
        algorithms: [ALGORITHM],
        audience: AUDIENCE,
        requiredClaims: ["exp", "jti"],
        currentDate: new Date(this.#clock.now()),
      });
      const { exp = Number.POSITIVE_INFINITY, jti = "" } = payload;
      const isTooLong = exp - seconds(this.#clock.now()) > seconds(this.#maxLifeMs) + CLOCK_TOLERANCE_SECONDS;
      return isTooLong ? { kind: "expired" } : { kind: "session", id: jti };
    } catch (error) {
      return { kind: error instanceof errors.JWTExpired ? "expired" : "forged" };
    }
  }

  #secretOf(id: string | undefined): Uint8Array {
    const key = this.#keys.find((one) => one.id === id);
    if (key === undefined) throw new Error("signed with no key of this hub");
    return Buffer.from(key.secret, "base64url");
  }

  /** The newest key, or a new one where that has served its time. */
  async #current(): Promise<SigningKey> {
    const nowMs = this.#clock.now();
    const newest = this.#keys.at(-1);
    if (newest !== undefined && Math.abs(nowMs - newest.createdMs) < ROTATE_AFTER_MS) return newest;
    const key = { id: makeSecret().slice(0, ID_CHARACTERS), secret: makeSecret(), createdMs: nowMs };
    const old = this.#keys.filter(({ createdMs }) => nowMs - createdMs > ROTATE_AFTER_MS + this.#maxLifeMs);
    await this.#records?.save(
      [key],
      old.map(({ id }) => id),
    );
    this.#keys = [...this.#keys.filter((one) => !old.includes(one)), key];
    return key;
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
