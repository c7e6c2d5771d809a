// Hosts that mean the computer itself.

const LOOPBACK_HOST = /^(?:localhost|127\.[\d.]+|::1|\[::1\])$/;

/** `host` is a name or an address; IPv6 may stand in the brackets of a URL. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOST.test(host);
}
