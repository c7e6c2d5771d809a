// Whether the hub's public name, where it has one, points here.
import { message } from "../../shared/messages/message.ts";
import type { DoctorOptions } from "./context.ts";
import type { Finding } from "./finding.ts";

export async function checkPublicName({
  findLostName,
}: Pick<DoctorOptions, "findLostName">): Promise<readonly Finding[]> {
  const lost = await findLostName();
  if (lost === null) return [];
  return [
    {
      id: "public-name",
      state: "hint",
      title: message("public-name/title", { name: lost.name, addresses: lost.addresses }),
      message: message("public-name/message", { addresses: lost.here }),
      remedy: message("public-name/remedy"),
    },
  ];
}
