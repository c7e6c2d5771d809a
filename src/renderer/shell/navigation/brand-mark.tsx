// Bramble's mark: a cluster of three berries and a leaf.
import styles from "./brand-mark.module.css";

export function BrandMark() {
  return (
    <svg className={styles["mark"]} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <circle cx="7.6" cy="10.4" r="3.7" />
      <circle cx="15.6" cy="10.4" r="3.7" />
      <circle cx="11.6" cy="17.2" r="3.7" />
      <path d="M11.9 6.6c.1-3.3 2-5 5.3-5.1-.3 3.3-2 5-5.3 5.1z" />
    </svg>
  );
}
