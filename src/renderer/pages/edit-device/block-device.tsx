// Blocks a device: the hub refuses its messages until it is approved on the overview.
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useJoinDecision } from "../../api/devices/use-join-decision.ts";
import { pageText } from "../../i18n/page-text.ts";
import { goTo, LINKS } from "../../shell/use-route.ts";
import styles from "./removal-section.module.css";

const t = pageText.removal;

export function BlockDevice({ device }: { readonly device: Device }) {
  const decision = useJoinDecision(device);
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="block">
      <div>
        <h2 id="block">{t.block}</h2>
        <p>{t.blockMeaning}</p>
      </div>
      <button
        type="button"
        className="button danger"
        disabled={decision.isPending}
        onClick={() => decision.mutate({ kind: "block" }, { onSuccess: () => goTo(LINKS.overview) })}
      >
        {t.blockAction}
      </button>
      {decision.error && <p role="alert">{explain(decision.error)}</p>}
    </section>
  );
}
