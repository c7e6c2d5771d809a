// Makes a device a key with one click, and shows it.
import { useMutation } from "@tanstack/react-query";
import type { NewDeviceKey } from "../../../shared/access.ts";
import { apiUrl, explain, post } from "../../api/client.ts";
import { NewKey } from "./new-key.tsx";

interface Props {
  readonly device: string;
  readonly label: string;
}

export function GiveKey({ device, label }: Props) {
  const making = useMutation({
    mutationFn: () => post<NewDeviceKey>(apiUrl(`devices/${encodeURIComponent(device)}/key`), {}),
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
      {making.data && <NewKey made={making.data} onClosed={() => making.reset()} />}
    </>
  );
}
