// `bramble find`: lists the hubs that advertise themselves on the networks of this computer. No hub has to run here.
import { Misuse, parseArguments } from "../hub/arguments.ts";
import { type BrowseFailure, type BrowseResult, browseHubs, type FoundHub } from "../hub/discovery/browse.ts";
import { message } from "../shared/messages/message.ts";
import { runCommand } from "./run-command.ts";

const DEFAULT_LISTEN_SECONDS = 3;
const MAX_LISTEN_SECONDS = 600;

const help = `bramble find: lists the hubs on this network, as they advertise themselves by mDNS.

  --seconds N   how long to wait for answers (${DEFAULT_LISTEN_SECONDS})
  --json        prints one JSON array in place of text

Ends with 0 when a hub was found, with 1 when none was, and with 2 when an argument is wrong.`;

const options = {
  seconds: { type: "string", default: String(DEFAULT_LISTEN_SECONDS) },
  json: { type: "boolean", default: false },
  help: { type: "boolean" },
} as const;

interface Request {
  readonly listenMs: number;
  readonly json: boolean;
}

/** Resolves with the exit code. */
export const find = (args: readonly string[]): Promise<number> => runCommand("find", () => run(args));

async function run(args: readonly string[]): Promise<number> {
  const request = readRequest(args);
  if (request === "help") {
    console.log(help);
    return 0;
  }
  const { listenMs, json } = request;
  const result = await browseHubs("::", listenMs);
  for (const failure of result.failures) console.error(failureText(failure));
  if (json) console.log(JSON.stringify(result.hubs.map(asJson), null, 2));
  else if (result.hubs.length > 0) console.log(result.hubs.map(asText).join("\n\n"));
  if (result.hubs.length > 0) return 0;
  console.error(noneText(result, listenMs));
  return 1;
}

function readRequest(args: readonly string[]): Request | "help" {
  const { values } = parseArguments({ args: [...args], options });
  if (values.help) return "help";
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= MAX_LISTEN_SECONDS))
    throw new Misuse(
      message("cli/choice", {
        flag: "seconds",
        choices: `a number over 0, up to ${MAX_LISTEN_SECONDS}`,
        value: values.seconds,
      }),
    );
  return { listenMs: seconds * 1_000, json: values.json };
}

function asJson({ hubId, version, instance, host, addresses, ports }: FoundHub) {
  return { id: hubId, version, name: instance, host, addresses, ports };
}

function asText({ hubId, version, instance, host, addresses, ports }: FoundHub): string {
  const portList = Object.entries(ports).map(([name, port]) => `${name.toUpperCase()} ${port}`);
  const lines = [
    ["addresses", addresses.join(", ")],
    ["ports", portList.join(", ")],
    ["id", hubId],
    ["version", version ?? ""],
  ].filter(([, text]) => text !== "");
  return [`${instance} (${host})`, ...lines.map(([name = "", text]) => `  ${name.padEnd(9)}  ${text}`)].join("\n");
}

function failureText({ interfaceName, family, error }: BrowseFailure): string {
  return `UDP port 5353 cannot be used on ${interfaceName} (${family}): ${error.message}. Another program may keep it to itself.`;
}

function noneText({ searched, failures }: BrowseResult, listenMs: number): string {
  if (searched.length > 0) return `No hub answered on ${searched.join(", ")} within ${listenMs / 1_000} s.`;
  return failures.length > 0
    ? "No network could be searched."
    : "This computer has no interface that leads to a local network.";
}
