// The header of the PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt): a proxy sends it before anything of
// its client, and it names the client. Pure: it never reads past the header, and bytes that are no header are another
// protocol's.
import { isIPv4, isIPv6 } from "node:net";
import { canonicalAddress } from "../access/networks.ts";

/** The whole header of version 1, CR LF included (section 2.1). */
const MAX_V1_BYTES = 107;
/** It fits into the smallest packet that every host accepts (section 2.2). */
const MAX_V2_BYTES = 536;
const V1_BEGINNING = Buffer.from("PROXY ");
const V2_SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n");
const V2_FIXED_BYTES = 16;
const VERSION_2 = 2;
const LOCAL = 0;
const PROXY = 1;
const UNSPECIFIED_FAMILY = 0x00;
const CRC32C_TLV = 0x03;
const TLV_HEADER_BYTES = 3;
const MAX_PORT = 65_535;

export interface ProxiedClient {
  readonly address: string;
  readonly port: number;
}

export type ProxyHeader =
  /** The bytes so far may begin one. */
  | { readonly kind: "incomplete" }
  | { readonly kind: "none" }
  | { readonly kind: "bad"; readonly reason: string }
  /** `client` is null where the connection is the proxy's own, or of a client without an address. */
  | { readonly kind: "header"; readonly bytes: number; readonly client: ProxiedClient | null };

const INCOMPLETE: ProxyHeader = { kind: "incomplete" };

/** Reads the header that `bytes`, the first of a connection, begin with. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  if (beginsWith(bytes, V1_BEGINNING)) return bytes.length < V1_BEGINNING.length ? INCOMPLETE : parseV1(bytes);
  if (beginsWith(bytes, V2_SIGNATURE)) return bytes.length < V2_FIXED_BYTES ? INCOMPLETE : parseV2(bytes);
  return { kind: "none" };
}

/** True also where less has arrived, and that agrees. */
function beginsWith(bytes: Buffer, beginning: Buffer): boolean {
  const length = Math.min(bytes.length, beginning.length);
  return bytes.subarray(0, length).equals(beginning.subarray(0, length));
}

function parseV1(bytes: Buffer): ProxyHeader {
  const head = bytes.subarray(0, MAX_V1_BYTES).toString("latin1");
  const end = head.indexOf("\r\n");
  if (end < 0) return bytes.length < MAX_V1_BYTES ? INCOMPLETE : bad("its line is longer than 107 bytes");
  const consumed = end + "\r\n".length;
  const [, family = "", source = "", destination = "", ...ports] = head.slice(0, end).split(" ");
  if (family === "UNKNOWN") return { kind: "header", bytes: consumed, client: null };
  const isAddress = { TCP4: isIPv4, TCP6: isIPv6 }[family];
  if (isAddress === undefined) return bad("it is of an unknown family");
  const [port, destinationPort] = ports.map(parsePort);
  const isSound =
    isAddress(source) && isAddress(destination) && ports.length === 2 && port != null && destinationPort != null;
  if (!isSound) return bad("it is malformed");
  return { kind: "header", bytes: consumed, client: canonical({ address: source, port }) };
}

function canonical(client: ProxiedClient | null): ProxiedClient | null {
  const address = client && canonicalAddress(client.address);
  return client && address ? { address, port: client.port } : null;
}

function parsePort(text: string): number | null {
  return /^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT ? Number(text) : null;
}

function parseV2(bytes: Buffer): ProxyHeader {
  const version = bytes.readUInt8(12) >> 4;
  const command = bytes.readUInt8(12) & 0x0f;
  const family = FAMILIES[bytes.readUInt8(13)];
  const end = V2_FIXED_BYTES + bytes.readUInt16BE(14);
  if (version !== VERSION_2) return bad("it is of an unknown version");
  if (command !== LOCAL && command !== PROXY) return bad("its command is unknown");
  if (end > MAX_V2_BYTES) return bad("it is longer than 536 bytes");
  if (bytes.length < end) return INCOMPLETE;
  const header = bytes.subarray(0, end);
  // The connection is the proxy's own, such as a health check, or its client's family is none of those: all of it is skipped.
  if (command === LOCAL || bytes[13] === UNSPECIFIED_FAMILY) return { kind: "header", bytes: end, client: null };
  if (family === undefined) return bad("it is of an unknown family");
  const addressEnd = V2_FIXED_BYTES + family.bytes;
  if (addressEnd > end) return bad("it is too short for its addresses");
  const wrong = checkTlvs(header, addressEnd);
  return wrong === null ? { kind: "header", bytes: end, client: canonical(family.read(header)) } : bad(wrong);
}

interface Family {
  /** Of both addresses with their ports. */
  readonly bytes: number;
  readonly read: (header: Buffer) => ProxiedClient | null;
}

/** By family and transport in one byte. UDP does not come on a connection. */
const FAMILIES: Readonly<Record<number, Family>> = {
  17: { bytes: 12, read: (header) => ({ address: header.subarray(16, 20).join("."), port: header.readUInt16BE(24) }) },
  33: { bytes: 36, read: (header) => ({ address: ipv6At(header, 16), port: header.readUInt16BE(48) }) },
  49: { bytes: 216, read: () => null },
};

function ipv6At(bytes: Buffer, at: number): string {
  return Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(at + 2 * index).toString(16)).join(":");
}

/** The problem of the fields behind the addresses (section 2.2), all of which are skipped but the checksum. */
function checkTlvs(header: Buffer, start: number): string | null {
  for (let at = start; at < header.length; ) {
    if (at + TLV_HEADER_BYTES > header.length) return "a field in it is cut off";
    const value = at + TLV_HEADER_BYTES;
    const end = value + header.readUInt16BE(at + 1);
    if (end > header.length) return "a field in it is cut off";
    if (header[at] === CRC32C_TLV && !hasChecksum(header, value, end)) return "its checksum is wrong";
    at = end;
  }
  return null;
}

/** The checksum is that of the header with zeros in its place (section 2.2.3). */
function hasChecksum(header: Buffer, start: number, end: number): boolean {
  if (end - start !== 4) return false;
  const zeroed = Buffer.from(header).fill(0, start, end);
  return crc32c(zeroed) === header.readUInt32BE(start);
}

const CRC32C_POLYNOMIAL = 0x82f63b78;

function crc32c(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? CRC32C_POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}

function bad(reason: string): ProxyHeader {
  return { kind: "bad", reason };
}
