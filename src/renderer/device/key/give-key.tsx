// Makes a device a key with one click. The parent shows it: this button may be gone once the device has a key.
import { useMutation } from "@tanstack/react-query";
import type { NewDeviceKey } from "../../../shared/security/access.ts";
import { apiUrl, explain, post } from "../../api/client.ts";

interface Props {
  readonly device: string;
  readonly label: string;
  readonly onMade: (made: NewDeviceKey) => void;
}

export function GiveKey({ device, label, onMade }: Props) {
  const making = useMutation({
    mutationFn: async () => onMade(await post<NewDeviceKey>(apiUrl(`devices/${encodeURIComponent(device)}/key`), {})),
    gcTime: 0,
  });
  return (
    <>
      <button
        type="button"
        className="button small"
        aria-label={`${label}: ${device}`}
        disabled={making.isPending}
        onClick={() => making.mutate()}
      >
        {label}
      </button>
      {making.error && <p role="alert">{explain(making.error)}</p>}
    </>
  );
}
