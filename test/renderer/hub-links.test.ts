// Which address of the hub others are sent to: the one that this browser uses, where that means anything elsewhere.
import { expect, test } from "vitest";
import { hubHosts, hubLink, hubUrl } from "../../src/renderer/i18n/hub-links.ts";

const pageAt = (url: string) => {
  const { protocol, hostname, origin } = new URL(url);
  return { protocol, hostname, origin };
};
const hub = { addresses: ["192.168.1.20", "10.0.0.5"], mdnsName: "bramble.local", httpPort: 8080 };
const all = ["192.168.1.20", "10.0.0.5", "bramble.local"];

test.each([
  ["http://10.0.0.5:8080/", ["10.0.0.5", "192.168.1.20", "bramble.local"]],
  ["http://bramble.local:8080/", ["bramble.local", "192.168.1.20", "10.0.0.5"]],
  ["https://hub.example/bramble/", ["hub.example", ...all]],
  ["http://[fd00::5]:8080/", ["fd00::5", ...all]],
  ["http://127.0.0.1:8080/", all],
  ["http://[::1]:8080/", all],
  ["http://localhost:8080/", all],
  ["bramble://app/", all],
])("at %s", (url, hosts) => {
  expect(hubHosts(hub, pageAt(url))).toEqual(hosts);
});

test("a link has the address of this browser, or of an open port", () => {
  const secure = { ...hub, httpsPort: 8443 };
  const closed = { ...secure, plainPorts: "closed-but-loopback" as const };
  const desktop = pageAt("bramble://app/");
  expect(hubUrl("fd00::5", hub, desktop)).toBe("http://[fd00::5]:8080");
  expect(hubUrl("10.0.0.5", secure, desktop)).toBe("http://10.0.0.5:8080");
  expect(hubUrl("10.0.0.5", closed, desktop)).toBe("https://10.0.0.5:8443");
  expect(hubUrl("10.0.0.5", secure, pageAt("https://192.168.1.20:8443/"))).toBe("https://10.0.0.5:8443");
  const proxied = pageAt("https://hub.example/bramble/");
  const below = { ...hub, basePath: "/bramble" };
  expect(hubLink("hub.example", below, "link", "s", proxied)).toBe("https://hub.example/bramble/#link=s");
  expect(hubLink("10.0.0.5", below, "share", "s", desktop)).toBe("http://10.0.0.5:8080/bramble/#share=s");
});

test("a name that every browser trusts comes first where there is nothing but TLS, and is opened with it always", () => {
  const named = { ...hub, httpsPort: 8443, publicNames: ["hub.example"] };
  const closed = { ...named, plainPorts: "closed-but-loopback" as const };
  const desktop = pageAt("bramble://app/");
  expect(hubHosts(named, desktop)).toEqual([...all, "hub.example"]);
  expect(hubHosts(closed, desktop)).toEqual(["hub.example", ...all]);
  expect(hubUrl("hub.example", named, desktop)).toBe("https://hub.example:8443");
  expect(hubUrl("10.0.0.5", named, desktop)).toBe("http://10.0.0.5:8080");
});
