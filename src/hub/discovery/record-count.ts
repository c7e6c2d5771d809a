// How much a DNS packet claims to hold: decoding takes time for each question and record, whose names may be pointers of two bytes.

export const HEADER_BYTES = 12;

/** Questions and records of all three sections, as the header counts them (RFC 1035, section 4.1.1); there has to be one. */
export function countRecords(bytes: Buffer): number {
  return [4, 6, 8, 10].reduce((sum, offset) => sum + bytes.readUInt16BE(offset), 0);
}
