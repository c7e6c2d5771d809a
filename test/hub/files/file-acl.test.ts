// On Windows, files with secrets are protected by an access list: tests the commands and the parsing of their output.
import { expect, test } from "vitest";
import { aclArguments, closeToOthers, sidOf } from "../../../src/hub/files/file-acl.ts";

const SID = "S-1-5-21-1004336348-1177238915-682003330-512";

test("a file is for its user and the system alone, and inherits nothing", () => {
  expect(aclArguments("C:\\bramble data\\hub.json.new", "file", SID)).toEqual([
    "C:\\bramble data\\hub.json.new",
    "/inheritance:r",
    "/grant:r",
    `*${SID}:F`,
    "/grant:r",
    "*S-1-5-18:F",
    "/Q",
  ]);
});

test("files created in a restricted folder inherit its list", () => {
  const args = aclArguments("D:\\hub", "folder", SID);
  expect(args.filter((arg) => arg.startsWith("*"))).toEqual([`*${SID}:(OI)(CI)F`, "*S-1-5-18:(OI)(CI)F"]);
});

test("the user's identifier is read whatever its name is", () => {
  expect(sidOf(`"desktop\\ann","${SID}"\r\n`)).toBe(SID);
  expect(sidOf(`"집\\S-1-5-18, ""김""","${SID}"\r\n`)).toBe(SID);
  for (const printed of ["", "ERROR: access denied", '"a","S-1-1-0"']) expect(sidOf(printed), printed).toBeNull();
});

test("runs nothing on other systems; reports missing programs", () => {
  expect(closeToOthers("/nowhere", "file", "linux")).toBeNull();
  expect(closeToOthers("/nowhere", "file", "win32")).toMatch(process.platform === "win32" ? /nowhere/ : /ENOENT/);
});
