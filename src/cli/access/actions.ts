// Commands with actions, which their first argument names: `bramble key create pi1`. Each action has positional arguments and
// options; missing, superfluous and unknown ones are misuse.
import { Misuse, parseArguments } from "../../hub/arguments.ts";
import { closest } from "../../shared/closest.ts";
import { message } from "../../shared/messages/message.ts";
import { findHub, type HubAddress, hubOptions } from "../hub-client.ts";
import { runCommand } from "../run-command.ts";

const MAX_MISTAKES = 2;

/** The arguments of an action. */
export interface ActionArguments {
  /** As many as the action needs. */
  readonly positionals: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly texts: ReadonlyMap<string, string>;
  readonly json: boolean;
}

export interface Action {
  /** Names of its positional arguments, such as DEVICE. */
  readonly needs: readonly string[];
  readonly options?: Readonly<Record<string, { readonly type: "string" | "boolean" }>>;
  run(hub: HubAddress, args: ActionArguments): Promise<void>;
}

/** Runs the action that the first argument names. Resolves with the exit code. */
export function runAction(
  command: string,
  help: string,
  actions: Readonly<Record<string, Action>>,
  args: readonly string[],
): Promise<number> {
  return runCommand(command, async () => {
    if (args.includes("--help")) {
      console.log(help);
      return 0;
    }
    const [name, ...rest] = args;
    await parseAndRun(actionOf(actions, name), rest);
    return 0;
  });
}

/** Parses the arguments of an action and runs it on the hub that they name. Rejects with `Misuse` where they do not fit. */
export async function parseAndRun(action: Action, args: readonly string[]): Promise<void> {
  const options = { ...hubOptions, json: { type: "boolean" }, ...action.options } as const;
  const { values, positionals } = parseArguments({ args: [...args], options, allowPositionals: true });
  if (positionals.length !== action.needs.length || positionals.includes(""))
    throw new Misuse(message("cli/takes", { needs: action.needs.join(" and ") || "no more words" }));
  const entries = Object.entries(values);
  const texts = new Map(
    entries.flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : [])),
  );
  const flags = new Set(entries.flatMap(([name, value]) => (value === true ? [name] : [])));
  const hub = findHub(Object.fromEntries([...texts].filter(([name]) => Object.hasOwn(hubOptions, name))));
  await action.run(hub, { positionals, flags, texts, json: flags.has("json") });
}

function actionOf(actions: Readonly<Record<string, Action>>, name: string | undefined): Action {
  const names = Object.keys(actions);
  if (name === undefined || name.startsWith("-"))
    throw new Misuse(message("cli/first-word", { choices: names.join(", ") }));
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action !== undefined) return action;
  const meant = closest(name, names, MAX_MISTAKES);
  throw new Misuse(message("cli/none-of", { value: name, choices: names.join(", "), meant: meant ?? "" }));
}

/** Names of rooms, as `--rooms` lists them; undefined without it. */
export function roomsOf({ texts }: ActionArguments): string[] | undefined {
  const text = texts.get("rooms");
  if (text === undefined) return undefined;
  return text
    .split(",")
    .map((room) => room.trim())
    .filter((room) => room !== "");
}

/** The path of what has a name, below another one. */
export function pathTo(...parts: readonly string[]): string {
  return `/api/v1/${parts.map(encodeURIComponent).join("/")}`;
}
