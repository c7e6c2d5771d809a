// Passwords of people, as scrypt hashes. Checking one takes some 60 ms and 32 MB by design, so one is checked at a time, and few
// wait.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { type Static, Type } from "typebox";
import { Mutex } from "../../mutex.ts";

/** OWASP's parameters for 32 MB. They are stored with each hash, so that later ones may be stronger. */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_WAITING = 20;

export const PasswordHash = Type.Object({
  salt: Type.String(),
  hash: Type.String(),
  N: Type.Integer(),
  r: Type.Integer(),
  p: Type.Integer(),
});
export type PasswordHash = Static<typeof PasswordHash>;

/** For an unknown name: checking it takes as long as that of a person. */
const NOBODYS: PasswordHash = {
  salt: Buffer.alloc(SALT_BYTES).toString("base64url"),
  hash: Buffer.alloc(HASH_BYTES).toString("base64url"),
  ...COST,
};

export class Passwords {
  readonly #turns = new Mutex();
  #waiting = 0;

  async hash(password: string): Promise<PasswordHash> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#inTurn(() => derive(password, salt, COST));
    return { salt: salt.toString("base64url"), hash: hash.toString("base64url"), ...COST };
  }

  /** `expected` is null for an unknown name. "busy" where too many are being checked. */
  async check(password: string, expected: PasswordHash | null): Promise<"right" | "wrong" | "busy"> {
    if (this.#waiting >= MAX_WAITING) return "busy";
    const { salt, hash, N, r, p } = expected ?? NOBODYS;
    const found = await this.#inTurn(() => derive(password, Buffer.from(salt, "base64url"), { N, r, p }));
    const isRight = timingSafeEqual(found, Buffer.from(hash, "base64url"));
    return isRight && expected !== null ? "right" : "wrong";
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    try {
      return await this.#turns.runExclusive(work);
    } finally {
      this.#waiting--;
    }
  }
}

function derive(password: string, salt: Buffer, cost: Pick<PasswordHash, "N" | "r" | "p">): Promise<Buffer> {
  const maxmem = 256 * cost.N * cost.r;
  return new Promise((resolve, reject) => {
    // One password has several spellings in Unicode, and keyboards differ in the one they make.
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, { ...cost, maxmem }, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}
