// A client's preferences by Accept and Accept-Encoding: names with a quality from 0, which is never, to 1.

const QUALITY = /;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)/i;

/** By name, in lower case, without parameters. Empty without the header. */
function qualitiesOf(header: string): ReadonlyMap<string, number> {
  const named = header.split(",").map((part): [string, number] => {
    const name = part.replace(/;.*$/s, "").trim().toLowerCase();
    return [name, Number(QUALITY.exec(part)?.[1] ?? 1)];
  });
  return new Map(named.filter(([name]) => name !== ""));
}

/** True where the client accepts gzip, and does not prefer an answer without compression. */
export function prefersGzip(acceptEncoding: string | undefined): boolean {
  const qualities = qualitiesOf(acceptEncoding ?? "");
  const gzip = qualities.get("gzip") ?? qualities.get("x-gzip") ?? qualities.get("*") ?? 0;
  return gzip > 0 && gzip >= (qualities.get("identity") ?? 0);
}

/**
 * The media type that the client prefers, of equals the first; null where it accepts none of them. Without the header, all are
 * equal.
 */
export function preferredType<T extends string>(accept: string | undefined, types: readonly T[]): T | null {
  const qualities = qualitiesOf(accept ?? "");
  if (qualities.size === 0) return types[0] ?? null;
  const qualityOf = (type: string) =>
    qualities.get(type) ?? qualities.get(type.replace(/\/.*$/, "/*")) ?? qualities.get("*/*") ?? 0;
  const [best] = types.toSorted((a, b) => qualityOf(b) - qualityOf(a));
  return best !== undefined && qualityOf(best) > 0 ? best : null;
}
