// The texts of the access pages: they load with them, since administrators alone open them.
import { accessActions as enActions } from "../en/access/access-actions.ts";
import { accessLog as enLog } from "../en/access/access-log.ts";
import { deviceAccess as enDevices } from "../en/access/device-access.ts";
import { encryption as enEncryption } from "../en/access/encryption.ts";
import { outside as enOutside } from "../en/access/outside.ts";
import { people as enPeople } from "../en/access/people.ts";
import { programs as enPrograms } from "../en/access/programs.ts";
import { accessPage as enPage } from "../en/access/sections.ts";
import { accessActions as koActions } from "../ko/access/access-actions.ts";
import { accessLog as koLog } from "../ko/access/access-log.ts";
import { deviceAccess as koDevices } from "../ko/access/device-access.ts";
import { encryption as koEncryption } from "../ko/access/encryption.ts";
import { outside as koOutside } from "../ko/access/outside.ts";
import { people as koPeople } from "../ko/access/people.ts";
import { programs as koPrograms } from "../ko/access/programs.ts";
import { accessPage as koPage } from "../ko/access/sections.ts";
import { language } from "../language.ts";

const en = {
  actions: enActions,
  devices: enDevices,
  encryption: enEncryption,
  log: enLog,
  outside: enOutside,
  page: enPage,
  people: enPeople,
  programs: enPrograms,
};

const ko: typeof en = {
  actions: koActions,
  devices: koDevices,
  encryption: koEncryption,
  log: koLog,
  outside: koOutside,
  page: koPage,
  people: koPeople,
  programs: koPrograms,
};

export const accessText: typeof en = { en, ko }[language];
