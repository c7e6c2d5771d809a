// The port to a DNS provider, which has the records of a name. Every method rejects with a `ReachError` that has a message for
// people, and never a secret of the provider.

export interface AddressProvider {
  /** Points `name` at the addresses; null leaves a family as it is, and "auto" is the source address of the request. */
  setAddress(name: string, ipv4: string | null, ipv6: string | null): Promise<void>;
  /** Whether `setAddress` takes "auto". */
  readonly findsIPv4: boolean;
}

export interface DnsProvider extends AddressProvider {
  /** Sets a TXT record. `name` is that of the record, such as `_acme-challenge.hub.example.org`. */
  setTxt(name: string, value: string): Promise<void>;
  /** Removes the record, if it exists. */
  removeTxt(name: string, value: string): Promise<void>;
}
