// What a packed app is told of updates, and what is put on the server beside a new version. BRAMBLE_UPDATE_ADDRESS is where the app
// asks; BRAMBLE_UPDATE_SIGNING_KEY names a file with an Ed25519 key (openssl genpkey -algorithm ed25519): the app then takes signed
// versions alone; BRAMBLE_UPDATE_STAGING is the percentage of computers that get the version, 100 without it.
// Order: the percentage is written into the feed, then the feed is signed. It holds the installers' checksums.
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UpdateSource } from "../src/main/updates/update-source.ts";
import { packageParts } from "./linux/parts.ts";

const { BRAMBLE_UPDATE_ADDRESS, BRAMBLE_UPDATE_SIGNING_KEY, BRAMBLE_UPDATE_STAGING } = process.env;
const MAX_PERCENT = 100;

/** Into the app. */
export function layUpdateSource(): void {
  const key = signingKey();
  const source: UpdateSource = {
    address: BRAMBLE_UPDATE_ADDRESS ?? "",
    publicKey: key === null ? null : createPublicKey(key).export({ type: "spki", format: "pem" }).toString(),
  };
  mkdirSync(packageParts, { recursive: true });
  writeFileSync(join(packageParts, "update.json"), `${JSON.stringify(source, null, 2)}\n`);
}

/** Of the installers in that folder: latest-linux.yml and its like. */
export function finishFeeds(folder: string): void {
  const key = signingKey();
  const feeds = existsSync(folder) ? readdirSync(folder).filter((name) => /^latest.*\.yml$/.test(name)) : [];
  for (const name of feeds) {
    const file = join(folder, name);
    const text = withStaging(readFileSync(file, "utf8"));
    writeFileSync(file, text);
    if (key !== null) writeFileSync(`${file}.sig`, `${sign(null, Buffer.from(text), key).toString("base64")}\n`);
  }
}

function signingKey(): KeyObject | null {
  if (BRAMBLE_UPDATE_SIGNING_KEY === undefined) return null;
  const key = createPrivateKey(readFileSync(BRAMBLE_UPDATE_SIGNING_KEY));
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new Error(`${BRAMBLE_UPDATE_SIGNING_KEY} holds no Ed25519 key.`);
}

function withStaging(feed: string): string {
  if (BRAMBLE_UPDATE_STAGING === undefined) return feed;
  const percent = Number(BRAMBLE_UPDATE_STAGING);
  if (!(percent >= 0 && percent <= MAX_PERCENT))
    throw new Error(`BRAMBLE_UPDATE_STAGING is a percentage, not “${BRAMBLE_UPDATE_STAGING}”.`);
  return `${feed.replace(/^stagingPercentage:.*\n/m, "")}stagingPercentage: ${percent}\n`;
}
