// Maps routes to pages, behind the sign-in. Only this file imports several pages, so it also passes one page to another that
// shows it in its place.
import { Activity, Suspense } from "react";
import type { Me } from "../shared/security/access.ts";
import { isSignedOut } from "./api/client.ts";
import { useMay, useMe, useSeesAll } from "./api/me.ts";
import { useHub } from "./api/queries.ts";
import { endedShare, type FailedLink } from "./api/session.ts";
import { text } from "./i18n/text.ts";
import { Overview } from "./pages/overview/overview.tsx";
import { ErrorBoundary } from "./shell/error-boundary.tsx";
import { Failure } from "./shell/failures/failure.tsx";
import { lazyPage } from "./shell/lazy-page.ts";
import { Loading } from "./shell/loading.tsx";
import { Shell } from "./shell/shell.tsx";
import { type Route, useRoute } from "./shell/use-route.ts";

// In chunks of their own: the overview needs none of them, and no chart library.
const AccessPage = lazyPage(async () => (await import("./pages/access/access-page.tsx")).AccessPage);
const AddDevice = lazyPage(async () => (await import("./pages/add-device/add-device.tsx")).AddDevice);
const ComparePage = lazyPage(async () => (await import("./pages/compare/compare-page.tsx")).ComparePage);
const DevicePage = lazyPage(async () => (await import("./pages/device/device-page.tsx")).DevicePage);
const DoctorPage = lazyPage(async () => (await import("./pages/doctor/doctor-page.tsx")).DoctorPage);
const FirstStart = lazyPage(async () => (await import("./pages/first-start/first-start.tsx")).FirstStart);
const OverviewFoot = lazyPage(async () => (await import("./pages/first-start/overview-foot.tsx")).OverviewFoot);
const RecipesPage = lazyPage(async () => (await import("./pages/recipes/recipes-page.tsx")).RecipesPage);
const GuidesPage = lazyPage(async () => (await import("./pages/guides/guides-page.tsx")).GuidesPage);
const LogPage = lazyPage(async () => (await import("./pages/log/log-page.tsx")).LogPage);
const EditDevice = lazyPage(async () => (await import("./pages/edit-device/edit-device.tsx")).EditDevice);
const SignIn = lazyPage(async () => (await import("./shell/sign-in/sign-in.tsx")).SignIn);
const SettingsPage = lazyPage(async () => (await import("./pages/settings/settings-page.tsx")).SettingsPage);
const ImportPage = lazyPage(async () => (await import("./pages/import/import-page.tsx")).ImportPage);
const WrongLink = lazyPage(async () => (await import("./shell/notices/wrong-link.tsx")).WrongLink);

export function App({ failedLink }: { readonly failedLink: FailedLink }) {
  const { data, error } = useHub();
  const isOut = isSignedOut(error);
  const wasIn = data !== undefined;
  return (
    <>
      {isOut && (
        <ErrorBoundary>
          <Suspense fallback={null}>
            <SignIn failedLink={failedLink ?? endedShare()} hasEnded={wasIn} />
          </Suspense>
        </ErrorBoundary>
      )}
      {/* Where a session ends, what was typed is there again for whom it was once they have signed in. */}
      {(wasIn || !isOut) && (
        <Activity mode={isOut ? "hidden" : "visible"}>
          <Pages />
        </Activity>
      )}
    </>
  );
}

/** A guest with a share link sees only the shared page. */
function Pages() {
  const route = useRoute();
  const { data: me } = useMe();
  const shown = me === undefined ? route : (sharedPage(me) ?? route);
  return (
    <Shell route={shown}>
      <Suspense fallback={<Loading />}>
        <Page route={shown} />
      </Suspense>
    </Shell>
  );
}

function sharedPage({ device, view }: Me): Route | null {
  if (device !== undefined) return { kind: "device", id: device };
  return view === undefined ? null : { kind: "compare", view };
}

/** Until it is known who looks, a page would be that of somebody who may do nothing; the overview begins with what all may see. */
function Page({ route }: { readonly route: Route }) {
  const me = useMe();
  const isAdmin = useMay("admin");
  const seesAll = useSeesAll();
  if (me.isLoadingError) return <Failure title={text.shell.pageFailed} of={me} />;
  if (me.isPending && route.kind !== "overview") return <Loading />;
  const home = (
    <Overview whileEmpty={<AddDevice head={(show) => <FirstStart onShow={show} />} />} foot={<OverviewFoot />} />
  );
  const homeInstead = (
    <>
      <WrongLink route={route} />
      {home}
    </>
  );
  switch (route.kind) {
    case "device":
      return <DevicePage key={route.id} id={route.id} />;
    case "edit":
      if (!isAdmin) return <DevicePage key={route.id} id={route.id} />;
      return <EditDevice key={route.id} id={route.id} whileNotEditable={<DevicePage id={route.id} />} />;
    case "add":
      return isAdmin ? <AddDevice /> : homeInstead;
    case "access":
      return <AccessPage section={route.section} />;
    case "compare":
      return <ComparePage key={route.view} viewId={route.view} />;
    case "recipes":
      return <RecipesPage recipeId={route.recipe} />;
    case "guides":
      return <GuidesPage name={route.guide} />;
    case "doctor":
      return seesAll ? <DoctorPage /> : homeInstead;
    case "settings":
      return <SettingsPage section={route.section} />;
    case "import":
      return isAdmin ? <ImportPage /> : homeInstead;
    case "log":
      return <LogPage section={route.section} />;
    case "unknown":
      return homeInstead;
    case "overview":
      return home;
  }
}
