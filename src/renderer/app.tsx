// Which page a route leads to, behind the sign-in. Only this file knows several pages, so it also hands one page the other
// that it shows in its place.
import { lazy, Suspense } from "react";
import { useMay, useMe } from "./api/access.ts";
import { isSignedOut } from "./api/client.ts";
import { useHub } from "./api/queries.ts";
import type { RefusedLink } from "./api/session.ts";
import { text } from "./i18n/text.ts";
import { Overview } from "./pages/overview/overview.tsx";
import { UnknownLink } from "./shell/notices/unknown-link.tsx";
import { Shell } from "./shell/shell.tsx";
import { SignIn } from "./shell/sign-in.tsx";
import { type Route, useRoute } from "./shell/use-route.ts";

// In chunks of their own: the overview needs none of them, and no chart library.
const AccessPage = lazy(async () => ({ default: (await import("./pages/access/access-page.tsx")).AccessPage }));
const AddDevice = lazy(async () => ({ default: (await import("./pages/add-device/add-device.tsx")).AddDevice }));
const ComparePage = lazy(async () => ({ default: (await import("./pages/compare/compare-page.tsx")).ComparePage }));
const DevicePage = lazy(async () => ({ default: (await import("./pages/device/device-page.tsx")).DevicePage }));
const DoctorPage = lazy(async () => ({ default: (await import("./pages/doctor/doctor-page.tsx")).DoctorPage }));
const LogPage = lazy(async () => ({ default: (await import("./pages/log/log-page.tsx")).LogPage }));
const EditDevice = lazy(async () => ({ default: (await import("./pages/edit-device/edit-device.tsx")).EditDevice }));

export function App({ refusedLink }: { readonly refusedLink: RefusedLink }) {
  const hub = useHub();
  return isSignedOut(hub.error) ? <SignIn refusedLink={refusedLink} /> : <Pages />;
}

/** One who has opened a link that shares a device sees its page alone. */
function Pages() {
  const route = useRoute();
  const { data: me } = useMe();
  const shown: Route = me?.device === undefined ? route : { kind: "device", id: me.device };
  return (
    <Shell route={shown}>
      <Suspense fallback={<div className="skeleton loading" role="status" aria-label={text.shell.loading} />}>
        <Page route={shown} />
      </Suspense>
    </Shell>
  );
}

function Page({ route }: { readonly route: Route }) {
  const isAdmin = useMay("admin");
  switch (route.kind) {
    case "device":
      return <DevicePage key={route.id} id={route.id} />;
    case "edit":
      if (!isAdmin) return <DevicePage key={route.id} id={route.id} />;
      return <EditDevice key={route.id} id={route.id} whileNotEditable={<DevicePage id={route.id} />} />;
    case "add":
      return isAdmin ? <AddDevice /> : <Overview whileEmpty={null} />;
    case "access":
      return <AccessPage section={route.section} />;
    case "compare":
      return <ComparePage key={route.view} viewId={route.view} />;
    case "doctor":
      return <DoctorPage />;
    case "log":
      return <LogPage section={route.section} />;
    case "unknown":
      return (
        <>
          <UnknownLink {...route} />
          <Overview whileEmpty={<AddDevice />} />
        </>
      );
    case "overview":
      return <Overview whileEmpty={<AddDevice />} />;
  }
}
