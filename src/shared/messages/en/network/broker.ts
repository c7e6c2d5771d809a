// An outside broker: why the hub has no connection to it, and what the doctor says.
import { listed } from "../format.ts";

type Broker = { readonly broker: string };
type Reason = Broker & { readonly reason: string };

export const broker = {
  "broker/away/ended": ({ broker }: Broker) =>
    `The broker ${broker} ended the connection. Nothing arrives from its devices until it is back.`,
  "broker/away/refused": ({ broker }: Broker) =>
    `Nothing listens at ${broker}. Start the broker there, or give --broker the address where it runs.`,
  "broker/away/unknown-name": ({ broker }: Broker) =>
    `The name in ${broker} is not known here. Give --broker a name that resolves, or an IP address.`,
  "broker/away/wrong-login": ({ broker }: Broker) =>
    `The broker ${broker} refused the user name or the password. Give them as --broker mqtt://user@host, and the password as BRAMBLE_BROKER_PASSWORD.`,
  "broker/away/not-authorised": ({ broker }: Broker) =>
    `The broker ${broker} does not let this hub in. Give it a user name that may connect: --broker mqtt://user@host.`,
  "broker/away/untrusted": ({ broker, reason }: Reason) =>
    `The certificate of ${broker} is not trusted (${reason}). Name the authority that signed it with --broker-ca FILE.`,
  "broker/away/no-subscription": ({ broker, filters }: Broker & { readonly filters: readonly string[] }) =>
    `The broker ${broker} does not let the hub subscribe to ${listed(filters)}. Allow its user to read there.`,
  "broker/away/cannot-share": ({ broker }: Broker) =>
    `The broker ${broker} does not answer as one with MQTT 5 and shared subscriptions, without which workers cannot share its readings: Mosquitto and EMQX have them, RabbitMQ has not. Stop this worker: the hub takes everything from such a broker by itself.`,
  "broker/away/deferred": ({ broker }: Broker) =>
    `Readings from ${broker} cannot be stored now, so none are acknowledged: the broker keeps them, and the hub asks again.`,
  "broker/away/other": ({ broker, reason }: Reason) => `There is no connection to the broker ${broker}: ${reason}.`,

  "broker/title": ({ broker }: Broker) => `The broker ${broker}`,
  "broker/connected": ({ version }: { readonly version: string }) =>
    `The hub is connected to it, over MQTT ${version}, and subscribed to what devices send.`,
};
