// Parsing hash routes.
import { expect, test } from "vitest";
import { LINKS, pageOf, parseRoute } from "../../src/renderer/shell/use-route.ts";

test.each(["", "#", "#/"])("%j is the overview", (hash) => {
  expect(parseRoute(hash)).toEqual({ kind: "overview" });
});

test.each(["pi", "ab:cd.ef", "100%", "a/b", "온도"])("the links of the device %j lead to it", (id) => {
  expect(parseRoute(LINKS.device(id))).toEqual({ kind: "device", id });
  expect(parseRoute(LINKS.edit(id))).toEqual({ kind: "edit", id });
});

test.each([
  "#/devices/%",
  "#/devices/%/edit",
  "#/devices/%ff",
  "#/devices/%E0%A4%A",
  "#/devices/",
  "#/devices/a/b",
  "#/nothing",
  "#%",
])("%s is no page, and throws nothing", (hash) => {
  expect(parseRoute(hash)).toMatchObject({ kind: "unknown", link: hash });
});

test("the settings open at a section, which is no page of its own", () => {
  expect(parseRoute(LINKS.settings())).toEqual({ kind: "settings", section: null });
  expect(parseRoute(LINKS.settings("storage"))).toEqual({ kind: "settings", section: "storage" });
  expect(pageOf(parseRoute(LINKS.settings("storage")))).toBe(pageOf(parseRoute(LINKS.settings())));
});

test("distinguishes an unreadable link from one to an unknown page", () => {
  expect(parseRoute("#/devices/%E0%A4%A")).toMatchObject({ isReadable: false });
  expect(parseRoute("#/nothing")).toMatchObject({ isReadable: true });
});
