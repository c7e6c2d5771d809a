// The language of responses: that of Accept-Language if supported, and English for programs, which do not send it.
import { expect, test } from "vitest";
import { startTlsHub } from "../../../support/tls.ts";

const HANGUL = /[가-힣]/;

test("errors, the doctor, the hub's notes and how it is reached are told in the language that is asked for", async () => {
  await using tls = await startTlsHub();
  const { httpPort, token } = tls.hub;
  const ask = async (path: string, language?: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...(language && { "accept-language": language }) };
    const response = await fetch(`http://127.0.0.1:${httpPort}${path}`, { ...init, headers });
    return { status: response.status, text: await response.text() };
  };
  const wrong = "/api/v1/devices/nobody";
  const korean = await ask(wrong, "ko-KR,ko;q=0.9,en;q=0.8");
  expect(korean).toEqual({
    status: 404,
    text: JSON.stringify({ error: "no-such-device", message: "“nobody”라는 기기가 없습니다." }),
  });
  for (const language of [undefined, "en", "de-DE", "*"])
    expect((await ask(wrong, language)).text).toContain("There is no device “nobody”.");

  // Each of these has a sentence here: no public name, TLS by files that are not named, a path that leads nowhere.
  for (const [path, init] of [
    ["/api/v1/doctor", {}],
    ["/api/v1/reach", {}],
    ["/api/v1/nothing", {}],
    ["/api/v1/readings?from=yesterday", {}],
    ["/data", { method: "POST", body: "{" }],
  ] as const) {
    expect((await ask(path, "ko", init)).text, path).toMatch(HANGUL);
    expect((await ask(path, undefined, init)).text, path).not.toMatch(HANGUL);
  }
  expect(
    (await fetch(`http://127.0.0.1:${httpPort}/api/v1/devices`, { headers: { "accept-language": "ko" } })).status,
  ).toBe(401);
});
