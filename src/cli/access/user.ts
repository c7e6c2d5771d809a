// `bramble user` and `bramble passwd`: the people who may sign in to the hub's pages.
import { Person, PersonList } from "../../shared/security/access.ts";
import { ask, askJson, type HubAddress, hubOptionLines } from "../hub-client.ts";
import { runCommand } from "../run-command.ts";
import { ago, optionLines, table } from "../table.ts";
import { type Action, type ActionArguments, parseAndRun, pathTo, roomsOf, runAction } from "./actions.ts";
import { readNewPassword } from "./password-input.ts";
import { done, roleOf } from "./report.ts";

const passwordLine = ["--password-file FILE", "its first line is the password"] as const;
const passwordHelp = `The password is asked for on a terminal, and is otherwise the first line of standard input.`;
const endHelp = `Ends with 0 when it is done, with 1 when the hub says no or cannot be asked, and with 2 when an argument is wrong.`;

const help = `bramble user: the people who may sign in.

  bramble user list
  bramble user add NAME --role ROLE     lets a person sign in
  bramble user role NAME ROLE           changes what a person may do, and signs them out
  bramble user remove NAME              lets a person in no more, and signs them out

${optionLines([
  ["--role ROLE", "viewer reads, operator also gives commands, admin also changes everything"],
  ["--rooms A,B", "only devices in these rooms; with role, '' means all of them"],
  passwordLine,
  ["--json", "prints JSON"],
  ...hubOptionLines,
])}

${passwordHelp}
${endHelp}`;

const passwdHelp = `bramble passwd NAME: sets a person's password, and signs them out.

${optionLines([passwordLine, ["--json", "prints JSON"], ...hubOptionLines])}

${passwordHelp}
${endHelp}`;

const HEADING = ["NAME", "ROLE", "ROOMS", "ADDED", "LAST SIGN-IN"] as const;
const passwordOption = { "password-file": { type: "string" } } as const;

/** Resolves with the exit code. */
export const user = (args: readonly string[]): Promise<number> => runAction("user", help, actions, args);

/** Resolves with the exit code. */
export const passwd = (args: readonly string[]): Promise<number> =>
  runCommand("passwd", async () => {
    if (args.includes("--help")) console.log(passwdHelp);
    else await parseAndRun(setPassword, args);
    return 0;
  });

const actions: Readonly<Record<string, Action>> = {
  list: {
    needs: [],
    async run(hub, { json }) {
      const { people } = await askJson(hub, pathTo("people"), PersonList);
      if (json) return console.log(JSON.stringify(people, null, 2));
      if (people.length === 0) return console.error("Nobody has been let in yet: bramble user add NAME --role ROLE.");
      const nowMs = Date.now();
      console.log(
        table(
          HEADING,
          people.map((one) => rowOf(one, nowMs)),
        ),
      );
    },
  },
  add: {
    needs: ["NAME"],
    options: { role: { type: "string" }, rooms: { type: "string" }, ...passwordOption },
    async run(hub, args) {
      const [name = ""] = args.positionals;
      const role = roleOf(args.texts.get("role"));
      const rooms = roomsOf(args);
      const body = { name, role, ...(rooms && { rooms }), password: await passwordOf(args) };
      const added = await askJson(hub, pathTo("people"), Person, { method: "POST", body });
      done(args.json, added, `${added.name} may sign in now, as ${added.role}.`);
    },
  },
  role: {
    needs: ["NAME", "ROLE"],
    options: { rooms: { type: "string" } },
    async run(hub, args) {
      const [name = "", word] = args.positionals;
      const rooms = roomsOf(args);
      const body = { role: roleOf(word), ...(rooms && { rooms: rooms.length === 0 ? null : rooms }) };
      const changed = await change(hub, name, body);
      done(args.json, changed, `${changed.name} is ${changed.role} now.`);
    },
  },
  remove: {
    needs: ["NAME"],
    async run(hub, { positionals: [name = ""], json }) {
      await ask(hub, pathTo("people", name), { method: "DELETE" });
      done(json, { name }, `${name} is let in no more.`);
    },
  },
};

const setPassword: Action = {
  needs: ["NAME"],
  options: passwordOption,
  async run(hub, args) {
    const changed = await change(hub, args.positionals[0] ?? "", { password: await passwordOf(args) });
    done(args.json, changed, `${changed.name} has a new password.`);
  },
};

function passwordOf({ texts }: ActionArguments): Promise<string> {
  return readNewPassword(texts.get("password-file") ?? null);
}

function change(hub: HubAddress, name: string, body: object): Promise<Person> {
  return askJson(hub, pathTo("people", name), Person, { method: "PATCH", body });
}

function rowOf({ name, role, rooms = [], createdMs, lastSignInMs }: Person, nowMs: number): string[] {
  const lastSignIn = lastSignInMs === null ? "never" : ago(nowMs - lastSignInMs);
  return [name, role, rooms.join(", ") || "all", ago(nowMs - createdMs), lastSignIn];
}
