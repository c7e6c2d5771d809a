// Which page a route leads to, behind the sign-in. Only this file knows several pages, so it also hands one page the other
// that it shows in its place.
import { lazy, Suspense } from "react";
import type { Me } from "../shared/security/access.ts";
import { useMay, useMe } from "./api/access.ts";
import { isSignedOut } from "./api/client.ts";
import { useHub } from "./api/queries.ts";
import type { RefusedLink } from "./api/session.ts";
import { text } from "./i18n/text.ts";
import { Overview } from "./pages/overview/overview.tsx";
import { loadLater } from "./shell/load-later.ts";
import { UnknownLink } from "./shell/notices/unknown-link.tsx";
import { Shell } from "./shell/shell.tsx";
import { type Route, useRoute } from "./shell/use-route.ts";

// In chunks of their own: the overview needs none of them, and no chart library.
const AccessPage = lazy(async () => ({ default: (await import("./pages/access/access-page.tsx")).AccessPage }));
const AddDevice = lazy(async () => ({ default: (await import("./pages/add-device/add-device.tsx")).AddDevice }));
const ComparePage = lazy(async () => ({ default: (await import("./pages/compare/compare-page.tsx")).ComparePage }));
const DevicePage = lazy(async () => ({ default: (await import("./pages/device/device-page.tsx")).DevicePage }));
const DoctorPage = lazy(async () => ({ default: (await import("./pages/doctor/doctor-page.tsx")).DoctorPage }));
const FirstStart = lazy(async () => ({ default: (await import("./pages/first-start/first-start.tsx")).FirstStart }));
const OverviewFoot = lazy(async () => ({
  default: (await loadLater(() => import("./pages/first-start/overview-foot.tsx"))).OverviewFoot,
}));
const RecipesPage = lazy(async () => ({ default: (await import("./pages/recipes/recipes-page.tsx")).RecipesPage }));
const GuidesPage = lazy(async () => ({ default: (await import("./pages/guides/guides-page.tsx")).GuidesPage }));
const LogPage = lazy(async () => ({ default: (await import("./pages/log/log-page.tsx")).LogPage }));
const EditDevice = lazy(async () => ({ default: (await import("./pages/edit-device/edit-device.tsx")).EditDevice }));
const SignIn = lazy(async () => ({ default: (await import("./shell/sign-in.tsx")).SignIn }));
const SettingsPage = lazy(async () => ({ default: (await import("./pages/settings/settings-page.tsx")).SettingsPage }));
const ImportPage = lazy(async () => ({ default: (await import("./pages/import/import-page.tsx")).ImportPage }));

export function App({ refusedLink }: { readonly refusedLink: RefusedLink }) {
  const hub = useHub();
  if (!isSignedOut(hub.error)) return <Pages />;
  return (
    <Suspense fallback={null}>
      <SignIn refusedLink={refusedLink} />
    </Suspense>
  );
}

/** One who has opened a shared link sees the page that it shares alone. */
function Pages() {
  const route = useRoute();
  const { data: me } = useMe();
  const shown = me === undefined ? route : (sharedPage(me) ?? route);
  return (
    <Shell route={shown}>
      <Suspense fallback={<div className="skeleton loading" role="status" aria-label={text.shell.loading} />}>
        <Page route={shown} />
      </Suspense>
    </Shell>
  );
}

function sharedPage({ device, view }: Me): Route | null {
  if (device !== undefined) return { kind: "device", id: device };
  return view === undefined ? null : { kind: "compare", view };
}

function Page({ route }: { readonly route: Route }) {
  const isAdmin = useMay("admin");
  const home = (
    <Overview whileEmpty={<AddDevice head={(places) => <FirstStart {...places} />} />} foot={<OverviewFoot />} />
  );
  switch (route.kind) {
    case "device":
      return <DevicePage key={route.id} id={route.id} />;
    case "edit":
      if (!isAdmin) return <DevicePage key={route.id} id={route.id} />;
      return <EditDevice key={route.id} id={route.id} whileNotEditable={<DevicePage id={route.id} />} />;
    case "add":
      return isAdmin ? <AddDevice /> : home;
    case "access":
      return <AccessPage section={route.section} />;
    case "compare":
      return <ComparePage key={route.view} viewId={route.view} />;
    case "recipes":
      return <RecipesPage recipeId={route.recipe} />;
    case "guides":
      return <GuidesPage name={route.guide} />;
    case "doctor":
      return <DoctorPage />;
    case "settings":
      return <SettingsPage section={route.section} />;
    case "import":
      return isAdmin ? <ImportPage /> : home;
    case "log":
      return <LogPage section={route.section} />;
    case "unknown":
      return (
        <>
          <UnknownLink {...route} />
          {home}
        </>
      );
    case "overview":
      return home;
  }
}
