// Signing out: the session is good for nothing from then on, wherever its token is shown.
import { expect, test } from "vitest";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";

interface Session {
  readonly cookie: string;
  readonly token: string;
}

async function signIn(hub: HubInside): Promise<Session> {
  const link = hub.link.replace(/.*#link=/, "");
  const answer = await hub.fetch("/api/v1/session", { method: "POST", body: JSON.stringify({ link }) });
  const { token }: { token: string } = await answer.json();
  return { cookie: answer.headers.get("set-cookie")?.replace(/;.*/, "") ?? "", token };
}

const askWith = (hub: HubInside, headers: Readonly<Record<string, string>>, path = "/api/v1/hub", method = "GET") =>
  fetch(`http://127.0.0.1:${hub.httpPort}${path}`, { method, headers });

const SESSION = "/api/v1/session";

test.each(["cookie", "bearer"] as const)(
  "a session that is ended by its %s is ended for both, over a restart",
  async (by) => {
    await using hub = await startHubInside();
    const { cookie, token } = await signIn(hub);
    const shown = { cookie: { Cookie: cookie }, bearer: { Authorization: `Bearer ${token}` } };
    expect((await askWith(hub, shown.cookie)).status).toBe(200);
    const out = await askWith(hub, shown[by], SESSION, "DELETE");
    expect([out.status, await out.text()]).toEqual([204, ""]);
    expect(out.headers.get("set-cookie")).toBe("bramble_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    for (const headers of Object.values(shown)) expect((await askWith(hub, headers)).status).toBe(401);
    expect((await askWith(hub, shown[by], SESSION, "DELETE")).status).toBe(401);
    await hub.restart();
    for (const headers of Object.values(shown)) expect((await askWith(hub, headers)).status).toBe(401);
    // Another session is as good as it was.
    const other = await signIn(hub);
    expect((await askWith(hub, { Cookie: other.cookie })).status).toBe(200);
  },
);

test("who has no session has none to end", async () => {
  await using hub = await startHubInside();
  expect((await askWith(hub, {}, SESSION, "DELETE")).status).toBe(401);
  const shell = await hub.fetch(SESSION, { method: "DELETE" });
  expect(shell.status).toBe(400);
  expect(await shell.json()).toMatchObject({ message: expect.stringContaining("no session to end") });
  expect((await hub.fetch("/api/v1/hub")).status).toBe(200);
});
