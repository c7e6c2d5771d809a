// Which page a route leads to, behind the sign-in. Only this file knows several pages, so it also hands one page the other
// that it shows in its place.
import { useMay, useMe } from "./api/access.ts";
import { isSignedOut } from "./api/client.ts";
import { useHub } from "./api/queries.ts";
import type { RefusedLink } from "./api/session.ts";
import { AccessPage } from "./pages/access/access-page.tsx";
import { AddDevice } from "./pages/add-device/add-device.tsx";
import { ComparePage } from "./pages/compare/compare-page.tsx";
import { DevicePage } from "./pages/device/device-page.tsx";
import { DoctorPage } from "./pages/doctor/doctor-page.tsx";
import { EditDevice } from "./pages/edit-device/edit-device.tsx";
import { Overview } from "./pages/overview/overview.tsx";
import { Shell } from "./shell/shell.tsx";
import { SignIn } from "./shell/sign-in.tsx";
import { type Route, useRoute } from "./shell/use-route.ts";

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
      <Page route={shown} />
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
    case "overview":
    case "unknown":
      return <Overview whileEmpty={<AddDevice />} />;
  }
}
