// The brand, the links to the pages that one may see, and who is signed in: a column beside the page, a bar above it in a narrow window.
import { useMutation } from "@tanstack/react-query";
import type { Me } from "../../shared/security/access.ts";
import { useMay, useMe, useSeesAll } from "../api/access.ts";
import { explain } from "../api/client.ts";
import { useDevices } from "../api/queries.ts";
import { signOut } from "../api/session.ts";
import { text } from "../i18n/text.ts";
import { BrandMark } from "./brand-mark.tsx";
import { CompareLinks } from "./compare-links.tsx";
import styles from "./navigation.module.css";
import { LINKS, type Route } from "./use-route.ts";

export function Navigation({ route }: { readonly route: Route }) {
  const { data: devices } = useDevices();
  const { data: me } = useMe();
  const isAdmin = useMay("admin");
  const seesAll = useSeesAll();
  return (
    <nav className={styles["navigation"]} aria-label={text.shell.pages}>
      <a className={styles["brand"]} href={LINKS.overview}>
        <BrandMark />
        Bramble
      </a>
      {me?.device === undefined && (
        <a
          className={styles["page"]}
          href={LINKS.overview}
          aria-current={route.kind === "overview" ? "page" : undefined}
        >
          {text.shell.overview}
          {devices !== undefined && <small title={text.shell.devices}>{devices.length}</small>}
        </a>
      )}
      {me !== undefined && me.device === undefined && <CompareLinks route={route} />}
      {seesAll && (
        <a className={styles["page"]} href={LINKS.doctor} aria-current={route.kind === "doctor" ? "page" : undefined}>
          {text.shell.doctor}
        </a>
      )}
      {isAdmin && (
        <a
          className={styles["page"]}
          href={LINKS.access("devices")}
          aria-current={route.kind === "access" ? "page" : undefined}
        >
          {text.shell.access}
        </a>
      )}
      {me?.kind === "person" && <SignedIn me={me} />}
    </nav>
  );
}

/** In a browser. The desktop app's window is signed in by the app. */
function SignedIn({ me }: { readonly me: Me }) {
  const leaving = useMutation({ mutationFn: signOut });
  return (
    <div className={styles["me"]}>
      <span className="cut" title={me.name}>
        {me.name}
      </span>
      <button type="button" disabled={leaving.isPending} onClick={() => leaving.mutate()}>
        {text.shell.signOut}
      </button>
      {leaving.error && <p role="alert">{explain(leaving.error)}</p>}
    </div>
  );
}
