// Blocks a device: the hub refuses its messages until it is approved on the overview.
import type { Device } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useJoinDecision } from "../../api/use-join-decision.ts";
import { goTo, LINKS } from "../../shell/use-route.ts";
import styles from "./removal-section.module.css";

export function BlockDevice({ device }: { readonly device: Device }) {
  const decision = useJoinDecision(device);
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="block">
      <div>
        <h2 id="block">Block it</h2>
        <p>Its messages are refused, and its readings stay. It can be approved again on the overview.</p>
      </div>
      <button
        type="button"
        className="button danger"
        disabled={decision.isPending}
        onClick={() => decision.mutate({ kind: "block" }, { onSuccess: () => goTo(LINKS.overview) })}
      >
        Block
      </button>
      {decision.error && <p role="alert">{explain(decision.error)}</p>}
    </section>
  );
}
