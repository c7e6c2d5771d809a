// Hash routes: they work at `bramble://app/` and at any address that a hub serves the page from.
import { useSyncExternalStore } from "react";

export const ACCESS_SECTIONS = ["devices", "people", "programs", "clients", "encryption", "outside", "log"] as const;
export type AccessSection = (typeof ACCESS_SECTIONS)[number];

export const SETTINGS_SECTIONS = [
  "hub",
  "desktop",
  "storage",
  "backups",
  "move",
  "setUp",
  "access",
  "window",
  "about",
] as const;
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

export type Route =
  | { readonly kind: "overview" }
  | { readonly kind: "add" }
  | { readonly kind: "doctor" }
  | { readonly kind: "recipes"; readonly recipe: string | null }
  | { readonly kind: "guides"; readonly guide: string | null }
  | { readonly kind: "import" }
  | { readonly kind: "log"; readonly section: "live" | "refused" }
  | { readonly kind: "access"; readonly section: AccessSection }
  /** A section is scrolled to; null is the top of the page. */
  | { readonly kind: "settings"; readonly section: SettingsSection | null }
  | { readonly kind: "compare"; readonly view: string | null }
  | { readonly kind: "device"; readonly id: string }
  | { readonly kind: "edit"; readonly id: string }
  /** `isReadable` is false for a malformed percent-encoding, which a person may type. */
  | { readonly kind: "unknown"; readonly link: string; readonly isReadable: boolean };

export const LINKS = {
  overview: "#/",
  wall: "#/?wall=1",
  add: "#/add",
  doctor: "#/doctor",
  recipes: "#/recipes",
  recipe: (id: string): string => `#/recipes/${id}`,
  guides: "#/guides",
  guide: (name: string): string => `#/guides/${name}`,
  import: "#/import",
  log: "#/log",
  /** The messages of one device. */
  logOf: (device: string): string => `#/log?device=${encodeURIComponent(device)}`,
  refused: "#/log/refused",
  access: (section: AccessSection): string => `#/access/${section}`,
  settings: (section?: SettingsSection): string => (section === undefined ? "#/settings" : `#/settings/${section}`),
  compare: "#/compare",
  view: (id: string): string => `#/compare/${encodeURIComponent(id)}`,
  device: (id: string): string => `#/devices/${encodeURIComponent(id)}`,
  edit: (id: string): string => `#/devices/${encodeURIComponent(id)}/edit`,
} as const;

/** The query behind `?` belongs to the page. */
export function parseRoute(address: string): Route {
  const [hash = ""] = address.split("?");
  if (hash === "" || hash === "#" || hash === LINKS.overview) return { kind: "overview" };
  if (hash === LINKS.add) return { kind: "add" };
  if (hash === LINKS.doctor) return { kind: "doctor" };
  if (hash === LINKS.settings()) return { kind: "settings", section: null };
  const inSettings = SETTINGS_SECTIONS.find((one) => hash === LINKS.settings(one));
  if (inSettings !== undefined) return { kind: "settings", section: inSettings };
  if (hash === LINKS.import) return { kind: "import" };
  if (hash === LINKS.log) return { kind: "log", section: "live" };
  if (hash === LINKS.refused) return { kind: "log", section: "refused" };
  if (hash === LINKS.compare) return { kind: "compare", view: null };
  const [, recipe = null] = /^#\/recipes(?:\/([a-z0-9-]+))?$/.exec(hash) ?? [];
  if (recipe !== null || hash === LINKS.recipes) return { kind: "recipes", recipe };
  const [, guide = null] = /^#\/guides(?:\/([a-z0-9-]+))?$/.exec(hash) ?? [];
  if (guide !== null || hash === LINKS.guides) return { kind: "guides", guide };
  const [, view] = /^#\/compare\/([^/]+)$/.exec(hash) ?? [];
  if (view !== undefined) return { kind: "compare", view: decoded(view) ?? null };
  const section = ACCESS_SECTIONS.find((one) => hash === LINKS.access(one));
  if (section !== undefined) return { kind: "access", section };
  const [, encodedId, edit] = /^#\/devices\/([^/]+)(\/edit)?$/.exec(hash) ?? [];
  const id = encodedId === undefined ? undefined : decoded(encodedId);
  if (id === undefined) return { kind: "unknown", link: hash, isReadable: decoded(hash) !== undefined };
  return { kind: edit === undefined ? "device" : "edit", id };
}

/** Names the page: two routes of one name show the same one. */
export function pageOf(route: Route): string {
  switch (route.kind) {
    case "device":
    case "edit":
      return `${route.kind} ${route.id}`;
    case "access":
      return `access ${route.section}`;
    case "log":
      return `log ${route.section}`;
    case "compare":
      return `compare ${route.view ?? ""}`;
    case "recipes":
      return `recipes ${route.recipe ?? ""}`;
    case "guides":
      return `guides ${route.guide ?? ""}`;
    case "unknown":
      return `unknown ${route.link}`;
    case "overview":
    case "add":
    case "doctor":
    // Its sections are on one page.
    case "settings":
    case "import":
      return route.kind;
  }
}

/** Undefined for a malformed percent-encoding. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function goTo(link: string): void {
  location.hash = link;
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}
