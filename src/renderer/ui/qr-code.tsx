// A QR code as one SVG path: it needs no inline style, which the pages' Content-Security-Policy forbids. It is dark on white
// in the dark theme, too, since cameras read no inverted one.
import QrCode from "qrcode";
import styles from "./qr-code.module.css";

/** Without light modules around it a camera does not find the code. */
const QUIET_MODULES = 4;

interface Props {
  readonly text: string;
  /** What it holds, for screen readers. */
  readonly label: string;
}

export function QrCodeImage({ text, label }: Props) {
  const { modules } = QrCode.create(text, { errorCorrectionLevel: "M" });
  const { size } = modules;
  const path = Array.from({ length: size * size }, (_, index) => {
    const [x, y] = [index % size, Math.floor(index / size)];
    return modules.get(y, x) ? `M${x + QUIET_MODULES} ${y + QUIET_MODULES}h1v1h-1z` : "";
  }).join("");
  const side = size + 2 * QUIET_MODULES;
  return (
    <svg className={styles["code"]} viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label}>
      <path d={path} />
    </svg>
  );
}
