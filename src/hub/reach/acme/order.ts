// Orders one certificate: account, order, challenge, certificate. Stateless; the response to a challenge is always removed.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Authorization, Client, Order } from "acme-client";
import { message } from "../../../shared/messages/message.ts";
import { ReachError } from "../reach-error.ts";
import { type AcmeConnection, type AcmeLibrary, acmeProblem, withAcme } from "./acme-library.ts";
import type { AcmeAccount } from "./acme-records.ts";
import type { CertificatePair } from "./certificate-source.ts";
import type { ChallengeResponder } from "./challenges.ts";

export interface OrderOptions {
  readonly name: string;
  readonly directoryUrl: string;
  /** Empty for none. */
  readonly email: string;
  /** Of this directory; null makes one. */
  readonly account: AcmeAccount | null;
  readonly responder: ChallengeResponder;
  /** The port on which the ACME server validates the challenge; 53 for dns-01. */
  readonly challengePort: number;
  readonly connection: AcmeConnection;
  readonly pollMs: number;
  /** Called with a new account as soon as it exists, even if the order fails later. */
  readonly onAccount: (account: AcmeAccount) => Promise<void>;
}

/** How often the ACME server is polled for the state of an order. */
const MAX_POLLS = 60;
const MAX_POLL_MS = 10_000;

/** Rejects with a `ReachError` for people. */
export async function orderCertificate(options: OrderOptions): Promise<CertificatePair> {
  const { connection } = options;
  try {
    return await withAcme(connection, (acme) => new CertificateOrder(acme, options).run());
  } catch (error) {
    if (error instanceof ReachError) throw error;
    connection.signal.throwIfAborted();
    // The library found no ACME in the answers.
    throw new ReachError(message("reach/acme-not-acme", { service: connection.service }), { cause: error });
  }
}

class CertificateOrder {
  readonly #acme: AcmeLibrary;
  readonly #options: OrderOptions;

  constructor(acme: AcmeLibrary, options: OrderOptions) {
    this.#acme = acme;
    this.#options = options;
  }

  async run(): Promise<CertificatePair> {
    const { name } = this.#options;
    const client = await this.#signIn();
    const order = await client.createOrder({ identifiers: [{ type: "dns", value: name }] });
    for (const authorization of await client.getAuthorizations(order)) {
      if (authorization.status !== "valid") await this.#validate(client, order, authorization);
    }
    const [key, csr] = await this.#acme.crypto.createCsr({ altNames: [name] }, await this.#newKey());
    await client.finalizeOrder(await this.#reached(client, order, "ready"), csr);
    const certPem = await client.getCertificate(await this.#reached(client, order, "valid"));
    return this.#checked({ certPem, keyPem: key.toString() });
  }

  async #signIn(): Promise<Client> {
    const { directoryUrl, email, account, onAccount } = this.#options;
    if (account !== null) {
      const { keyPem, accountUrl } = account;
      return new this.#acme.Client({ directoryUrl, accountKey: keyPem, accountUrl });
    }
    const accountKey = await this.#newKey();
    const client = new this.#acme.Client({ directoryUrl, accountKey });
    await client.createAccount({ termsOfServiceAgreed: true, ...(email !== "" && { contact: [`mailto:${email}`] }) });
    await onAccount({ directoryUrl, accountUrl: client.getAccountUrl(), keyPem: accountKey.toString() });
    return client;
  }

  #newKey(): Promise<Buffer> {
    return this.#acme.crypto.createPrivateEcdsaKey("P-256");
  }

  async #validate(client: Client, order: Order, authorization: Authorization): Promise<void> {
    const { name, responder, connection } = this.#options;
    const challenge = authorization.challenges.find(({ type }) => String(type) === responder.type);
    if (challenge === undefined) {
      const { service } = connection;
      throw new ReachError(message("reach/acme-no-challenge", { service, challenge: responder.type }));
    }
    const keyAuthorization = await client.getChallengeKeyAuthorization(challenge);
    const makeAlpnCertificate = async () => {
      const [key, cert] = await this.#acme.crypto.createAlpnCertificate(authorization, keyAuthorization);
      return { certPem: cert.toString(), keyPem: key.toString() };
    };
    const answer = { name, token: challenge.token, keyAuthorization, makeAlpnCertificate };
    const removeResponse = await responder.respond(answer, connection.signal);
    try {
      await client.completeChallenge(challenge);
      await this.#untilValid(client, order, authorization.url);
    } finally {
      await removeResponse();
    }
  }

  /** Resolves when the ACME server has validated the challenge. */
  async #untilValid(client: Client, order: Order, url: string): Promise<void> {
    await this.#poll(async () => {
      const found = (await client.getAuthorizations(order)).find((one) => one.url === url);
      if (found === undefined || found.status === "pending") return undefined;
      if (found.status === "valid") return found;
      const failed = found.challenges.find(({ error }) => error !== undefined);
      throw this.#whyNotProven(acmeProblem(failed?.error));
    });
  }

  /** The order once it is ready to be finalised, or valid, so that its certificate can be fetched. */
  #reached(client: Client, order: Order, wanted: "ready" | "valid"): Promise<Order> {
    return this.#poll(async () => {
      const found = await client.getOrder(order);
      if (found.status === wanted) return found;
      if (found.status !== "invalid") return undefined;
      const { service } = this.#options.connection;
      throw new ReachError(message("reach/acme-refused", { service, detail: acmeProblem(found.error).detail }));
    });
  }

  async #poll<T>(read: () => Promise<T | undefined>): Promise<T> {
    const { connection, pollMs } = this.#options;
    for (let polls = 0; polls < MAX_POLLS; polls++) {
      const found = await read();
      if (found !== undefined) return found;
      await sleep(Math.min(pollMs * 1.5 ** polls, MAX_POLL_MS), undefined, { signal: connection.signal });
    }
    throw new ReachError(message("reach/acme-no-answer", { service: connection.service }));
  }

  /** Of the errors of a challenge (RFC 8555 section 6.7), with a remedy. */
  #whyNotProven({ type, detail }: { readonly type: string; readonly detail: string }): ReachError {
    const { name, responder, challengePort: port, connection } = this.#options;
    const { service } = connection;
    if (responder.type === "dns-01") {
      return new ReachError(message("reach/acme-record-not-found", { service, name, detail }));
    }
    switch (type) {
      case "dns":
        return new ReachError(message("reach/acme-name-not-found", { service, name, detail }));
      case "connection":
        return new ReachError(message("reach/acme-not-reached", { service, name, port, detail }));
      case "unauthorized":
      case "tls":
      case "incorrectResponse":
        return new ReachError(message("reach/acme-other-server", { service, name, port, detail }));
      default:
        return new ReachError(message("reach/acme-refused", { service, detail }));
    }
  }

  /** A chain whose first certificate is for the key; anything else would end every handshake. */
  #checked(pair: CertificatePair): CertificatePair {
    const { service } = this.#options.connection;
    let isForKey: boolean;
    try {
      isForKey = new X509Certificate(pair.certPem).checkPrivateKey(createPrivateKey(pair.keyPem));
    } catch (cause) {
      throw new ReachError(message("reach/acme-certificate-unreadable", { service }), { cause });
    }
    if (!isForKey) throw new ReachError(message("reach/acme-certificate-unreadable", { service }));
    return pair;
  }
}
