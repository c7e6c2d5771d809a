// The command palette's entries for the signed-in person: devices, pages, and actions.
import {
  BookOpen,
  Cable,
  ChartSpline,
  Cpu,
  Expand,
  FileUp,
  KeyRound,
  Languages,
  LayoutGrid,
  List,
  LogOut,
  type LucideIcon,
  Moon,
  Plus,
  ScrollText,
  Settings,
  Stethoscope,
  Sun,
  Thermometer,
} from "lucide-react";
import { LANGUAGES } from "../../../shared/messages/language.ts";
import { announce } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { useViews } from "../../api/history/views.ts";
import { useStored } from "../../api/local-storage/stored.ts";
import { unitChoices } from "../../api/local-storage/unit-choices.ts";
import { useMay, useMe, useSeesAll } from "../../api/me.ts";
import { useDevices } from "../../api/queries.ts";
import { signOut } from "../../api/session.ts";
import { chooseLanguage, language } from "../../i18n/language.ts";
import { guidesText } from "../../i18n/later/guides-text.ts";
import { metricLabel, sharedNames } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import { choicesOf } from "../../i18n/units.ts";
import { chooseTheme, useTheme } from "../../styles/theme.ts";
import { overviewLayout } from "../overview-layout.ts";
import { ACCESS_SECTIONS, goTo, LINKS } from "../use-route.ts";
import type { Entry } from "./entries.ts";

export function useEntries(): Entry[] {
  const { data: me } = useMe();
  const [devices, pages, layouts, actions] = [
    useDeviceEntries(),
    usePageEntries(),
    useLayoutEntries(),
    useActionEntries(),
  ];
  // Whoever opened a shared link sees its page alone.
  return me === undefined || me.kind === "share" ? actions : [...devices, ...pages, ...layouts, ...actions];
}

function useDeviceEntries(): Entry[] {
  const { data: devices = [] } = useDevices();
  const shared = sharedNames(devices);
  return devices.map(({ id, name, room, tags = [], model = "", metrics }) => {
    const hints = [shared.has(name) ? id : [], room ?? []].flat();
    return {
      id: `device ${id}`,
      icon: Cpu,
      label: name,
      ...(hints.length > 0 && { hint: hints.join(" · ") }),
      words: [id, model, ...tags, ...metrics.map(metricLabel)],
      run: () => goTo(LINKS.device(id)),
    };
  });
}

function usePageEntries(): Entry[] {
  const isAdmin = useMay("admin");
  const seesAll = useSeesAll();
  const { data: views = [] } = useViews();
  const page = (icon: LucideIcon, label: string, link: string): Entry => ({
    id: link,
    icon,
    label,
    words: [],
    run: () => goTo(link),
  });
  return [
    page(LayoutGrid, text.shell.overview, LINKS.overview),
    page(ChartSpline, text.shell.compare, LINKS.compare),
    ...views.map(({ id, name }) => ({ ...page(ChartSpline, name, LINKS.view(id)), hint: text.shell.compare })),
    ...(seesAll ? [page(Stethoscope, text.shell.doctor, LINKS.doctor)] : []),
    page(ScrollText, text.shell.log, LINKS.log),
    ...(seesAll ? [page(ScrollText, pageText.palette.refused, LINKS.refused)] : []),
    ...(isAdmin
      ? [page(Plus, pageText.palette.addDevice, LINKS.add), page(FileUp, text.shell.import, LINKS.import)]
      : []),
    page(Cable, pageText.addDevice.recipes, LINKS.recipes),
    page(BookOpen, guidesText.title, LINKS.guides),
    page(Settings, text.shell.settings, LINKS.settings()),
    ...(isAdmin
      ? ACCESS_SECTIONS.map((section) =>
          page(KeyRound, `${text.shell.access}: ${pageText.palette.accessSections[section]}`, LINKS.access(section)),
        )
      : []),
  ];
}

function action(id: string, icon: LucideIcon, label: string, run: () => void): Entry {
  return { id: `action ${id}`, icon, label, hint: pageText.palette.action, words: [], run };
}

/** Of the overview. */
function useLayoutEntries(): Entry[] {
  const layout = useStored(overviewLayout);
  const isList = layout.view === "list";
  const otherView = isList ? "cards" : "list";
  const showOtherView = () => {
    overviewLayout.set({ ...layout, view: otherView });
    goTo(LINKS.overview);
  };
  return [
    action("view", isList ? LayoutGrid : List, pageText.palette.views[otherView], showOtherView),
    action("wall", Expand, pageText.palette.wall, () => goTo(LINKS.wall)),
  ];
}

function useActionEntries(): Entry[] {
  const { data: me } = useMe();
  const theme = useTheme();
  const units = useStored(unitChoices);
  const otherTheme = theme === "dark" ? "light" : "dark";
  return [
    action("theme", theme === "dark" ? Sun : Moon, pageText.palette.themes[otherTheme], () => chooseTheme(otherTheme)),
    ...choicesOf("temperature").flatMap((one) =>
      one === units.temperature
        ? []
        : [
            action(one, Thermometer, pageText.palette.temperaturesIn(one), () =>
              unitChoices.set({ ...units, temperature: one }),
            ),
          ],
    ),
    ...Object.entries(LANGUAGES).flatMap(([code, name]) =>
      code === language ? [] : [action(code, Languages, name, () => chooseLanguage(code === "ko" ? "ko" : "en"))],
    ),
    ...(me?.kind === "person" ? [action("leave", LogOut, text.shell.signOut, () => void leave())] : []),
  ];
}

/** The palette is closed by then: that it failed is announced. */
async function leave(): Promise<void> {
  try {
    await signOut();
  } catch (error) {
    announce(text.shell.notSignedOut(explain(error)));
  }
}
