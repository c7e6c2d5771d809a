// Why a client failed to connect, to publish, to subscribe or to send a request. The doctor lists these; the client itself
// gets them where its protocol can carry a text.
import type { Sentence } from "../sentence.ts";
import { roughly } from "./format.ts";

type Port = { readonly protocol: "MQTT" | "HTTP" };
type Path = { readonly path: string };
type Request = Path & { readonly method: string };
type Topic = { readonly topic: string };
type Filter = { readonly filter: string };
/** A topic or path that the hub knows, and the client probably meant. */
type Meant = { readonly meant: string };
type Clock = { readonly name: string /** Positive: ahead. */; readonly offMs: number };

const POST_READINGS = "Readings are taken by POST to /data, as JSON.";
const didYouMean = ({ meant }: Meant) => `Did you mean ${meant}?`;
const refusedAt = ({ protocol }: Port) => `Its connection to the ${protocol} port was refused:`;
const noPublishing = ({ topic }: Topic) => `Nobody may publish on “${topic}” without a key.`;
const noSubscription = ({ filter }: Filter) => `Its subscription to “${filter}” was turned away.`;
const off = (offMs: number) => `${roughly(Math.abs(offMs))} ${offMs > 0 ? "ahead" : "behind"}`;

export const diagnostics = {
  // A connection.
  "not-admitted/outside": ({ protocol }: Port) =>
    `${refusedAt({ protocol })} its address is outside the networks that this hub lets in. Start the hub with --allow to let it in.`,
  "not-admitted/too-many": ({ protocol }: Port) =>
    `${refusedAt({ protocol })} as many are open as the hub takes. Does somebody open one for every message, and leave it open?`,
  "not-admitted/too-many-of-address": ({ protocol }: Port) =>
    `${refusedAt({ protocol })} its address has as many open as one may have. Does it open one for every message, and leave it open? Where many devices come from one address, start the hub with --no-rate-limit.`,
  "not-admitted/short-of-memory": ({ protocol }: Port) =>
    `${refusedAt({ protocol })} the hub was short of memory. Start it with a larger --memory, if the computer has it.`,
  cut: ({ reason }: { readonly reason: string }) => `Its connection was cut: ${reason}.`,
  "wrong-protocol/mqtt-to-http": ({ mqttPort }: { readonly mqttPort: number }) =>
    `It spoke MQTT to the HTTP port. MQTT is on port ${mqttPort}.`,
  "wrong-protocol/tls-to-http": () =>
    "It spoke TLS to the HTTP port, which has none. Let it ask for http:// in place of https://.",
  "wrong-protocol/http-to-mqtt": ({ httpPort }: { readonly httpPort: number }) =>
    `It sent an HTTP request to the MQTT port. HTTP is on port ${httpPort}.`,
  "wrong-protocol/tls-to-mqtt": () =>
    "It spoke TLS to the MQTT port, which has none. Let it connect without TLS (mqtt:// in place of mqtts://).",

  // An HTTP request.
  "wrong-token": () =>
    "It showed a token that this hub does not take. The one in hub.json is another after every start, and good from the hub’s own computer alone.",
  "wrong-method": ({ method, path, allowed }: Request & { readonly allowed: string }) =>
    `It sent ${method} to ${path}: use ${allowed}.`,
  "wrong-method/readings-in-query": ({ path }: Path) =>
    `It sent readings in the query of a GET to ${path}. ${POST_READINGS}`,
  "wrong-path": ({ method, path }: Request) =>
    `It sent ${method} to ${path}, where nothing is taken. Readings go to /data.`,
  "wrong-path/meant": ({ method, path, meant }: Request & Meant) =>
    `It sent ${method} to ${path}, where nothing is taken. ${didYouMean({ meant })}`,
  "unsupported-media-type/sent": ({
    mediaType,
    path,
    remedy,
  }: Path & { readonly mediaType: string; readonly remedy: string }) => `It sent “${mediaType}” to ${path}. ${remedy}`,

  "no-such-client": ({ id }: { readonly id: string }) => `No client “${id}” is connected.`,

  // A CONNECT.
  "same-client-id": ({ address }: { readonly address: string }) =>
    `It has the id of a client at ${address}, and each pushes the other out. Give one of them another id; the agent on a Pi takes its host name.`,
  "bad-client-id": () =>
    "Its client id is too long, has characters that do not print, or is empty, which only MQTT 3.1.1 with a clean session allows.",
  "wrong-password": () => "It connected with a wrong password.",
  "wrong-password/let-in": () => "It connected with a wrong password, and may do what anybody may.",
  "no-password": () => "It connected without a password. This hub was started with --anonymous none.",
  "fell-silent": ({
    keepAliveSeconds,
    silentSeconds,
  }: {
    readonly keepAliveSeconds: number;
    readonly silentSeconds: number;
  }) =>
    `It said that it would be heard every ${keepAliveSeconds} s (its keep-alive) and was silent for ${silentSeconds} s, so its connection was cut. Where it still runs, have it call ping() or loop() more often, or connect with a longer keep-alive.`,

  // A PUBLISH.
  "forbidden/publish": () => "Nobody may publish on this topic without a key.",
  "forbidden/topic": ({ topic }: Topic) =>
    `${noPublishing({ topic })} Readings go to sensor/data or sensor/<device>/data.`,
  "forbidden/topic-of-value": ({ topic }: Topic) =>
    `${noPublishing({ topic })} Readings go to bramble/<device>/metric/<metric>.`,
  "forbidden/topic-meant": ({ topic, meant }: Topic & Meant) => `${noPublishing({ topic })} ${didYouMean({ meant })}`,

  // A SUBSCRIBE.
  "no-subscription": ({ filter }: Filter) =>
    `${noSubscription({ filter })} Without a key a client hears its own commands, on bramble/<device>/command, and topics of controls added by hand.`,
  "no-subscription/shared": ({ filter }: Filter) =>
    `${noSubscription({ filter })} A shared subscription is written $share/<group>/<filter>, and the group has none of “/”, “+” and “#”.`,
  "no-subscription/bad-filter": ({ filter }: Filter) =>
    `${noSubscription({ filter })} This is no topic filter: “#” stands alone at the end, “+” alone in its level, and there are 100 levels at most.`,
  "no-subscription/too-many": ({ filter }: Filter) => `${noSubscription({ filter })} It has too many subscriptions.`,
  "no-subscription/meant": ({ filter, meant }: Filter & Meant) =>
    `${noSubscription({ filter })} ${didYouMean({ meant })}`,

  // A device's clock.
  "clock-off": ({ name, offMs }: Clock) =>
    `The clock of ${name} is ${off(offMs)}: its readings lie at the wrong times. Is it set by the network (timedatectl)?`,
  "clock-off/local-time": ({ name, offMs }: Clock) =>
    `${name} sends times that are ${off(offMs)}, as local time without an offset is: add the offset or Z (2026-01-31T12:00:00+01:00), or send seconds since 1970. If its clock is wrong, set it by the network (timedatectl).`,

  // Parts of an answer or of an entry of the list.
  "hint/meant": didYouMean,
  "hint/post-readings": () => POST_READINGS,
  "failed-on": ({ source, text }: { readonly source: string; readonly text: Sentence }) => `On ${source}: ${text}`,
};
