// Who is signed in, and what they may do.
import { useQuery } from "@tanstack/react-query";
import type { Me, Role } from "../../shared/security/access.ts";
import { ROLES } from "../../shared/security/roles.ts";
import { apiUrl, request } from "./client.ts";
import { QUERY_KEYS } from "./queries.ts";

export function useMe() {
  return useQuery({
    queryKey: QUERY_KEYS.me,
    queryFn: ({ signal }) => request<Me>(apiUrl("me"), { signal }),
  });
}

/** False until it is known who asks. What administrators alone may do concerns the whole hub: one of some rooms may not. */
export function useMay(least: Role): boolean {
  const { data: me } = useMe();
  const seesAll = useSeesAll();
  return me !== undefined && ROLES.indexOf(me.role) >= ROLES.indexOf(least) && (seesAll || least !== "admin");
}

/** Whether one sees all devices, and not those of some rooms or a shared one alone; false until that is known. */
export function useSeesAll(): boolean {
  const { data: me } = useMe();
  return me !== undefined && me.rooms === undefined && me.kind !== "share";
}
