// The address of a broker on this computer without a password.
import type { BrokerAddress } from "../../../src/hub/broker/broker-address.ts";

export function loopbackBroker(port: number): BrokerAddress {
  const host = "127.0.0.1";
  return { url: `mqtt://${host}:${port}`, isTls: false, host, port, username: null, password: null, ca: null };
}
