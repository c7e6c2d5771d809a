// The texts of the doctor's page: they load with it.
import { doctor as en } from "../en/doctor.ts";
import { doctor as ko } from "../ko/doctor.ts";
import { language } from "../language.ts";

export const doctorText: typeof en = { en, ko }[language];
