// The port to a DNS provider, which keeps the records of a name. Every method rejects with a `ReachError` in words for people; a secret of
// the provider stands in none of them.

export interface AddressProvider {
  /** Points `name` at the addresses; null leaves a family as it is, and "auto" is the address that asks. */
  setAddress(name: string, ipv4: string | null, ipv6: string | null): Promise<void>;
  /** Whether `setAddress` takes "auto". */
  readonly findsIPv4: boolean;
}

export interface DnsProvider extends AddressProvider {
  /** Sets a TXT record. `name` is that of the record, such as `_acme-challenge.hub.example.org`. */
  setTxt(name: string, value: string): Promise<void>;
  /** Takes the record away; one that is gone already is fine. */
  removeTxt(name: string, value: string): Promise<void>;
}
