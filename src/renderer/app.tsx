// Which page a route leads to, behind the sign-in. Only this file knows several pages, so it also hands one page the other
// that it shows in its place.
import { isSignedOut } from "./api/client.ts";
import { useHub } from "./api/queries.ts";
import { AddDevice } from "./pages/add-device/add-device.tsx";
import { DevicePage } from "./pages/device/device-page.tsx";
import { DoctorPage } from "./pages/doctor/doctor-page.tsx";
import { EditDevice } from "./pages/edit-device/edit-device.tsx";
import { Overview } from "./pages/overview/overview.tsx";
import { Shell } from "./shell/shell.tsx";
import { SignIn } from "./shell/sign-in.tsx";
import { type Route, useRoute } from "./shell/use-route.ts";

export function App({ isLinkRefused }: { readonly isLinkRefused: boolean }) {
  const hub = useHub();
  return isSignedOut(hub.error) ? <SignIn isLinkRefused={isLinkRefused} /> : <Pages />;
}

function Pages() {
  const route = useRoute();
  return (
    <Shell route={route}>
      <Page route={route} />
    </Shell>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.kind) {
    case "device":
      return <DevicePage key={route.id} id={route.id} />;
    case "edit":
      return <EditDevice key={route.id} id={route.id} whileNotEditable={<DevicePage id={route.id} />} />;
    case "add":
      return <AddDevice />;
    case "doctor":
      return <DoctorPage />;
    case "overview":
    case "unknown":
      return <Overview whileEmpty={<AddDevice />} />;
  }
}
