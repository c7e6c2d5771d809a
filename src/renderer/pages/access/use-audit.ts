// The audit log, by pages, the newest entries first.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { AuditPage } from "../../../shared/security/access.ts";
import { apiUrl, request } from "../../api/client.ts";

const AUDIT_PAGE_ENTRIES = 100;

/** What of the audit log is asked for; what is left out is not filtered by. */
export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly outcome?: "done" | "refused";
  /** Milliseconds UTC. */
  readonly from?: number;
}

export function auditPage(filter: AuditFilter, cursor: string | null, limit: number, signal?: AbortSignal) {
  const query = { ...filter, limit, ...(cursor !== null && { cursor }) };
  return request<AuditPage>(apiUrl("audit", query), signal && { signal });
}

export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ signal, pageParam }: { readonly signal: AbortSignal; readonly pageParam: string | null }) =>
      auditPage(filter, pageParam, AUDIT_PAGE_ENTRIES, signal),
    initialPageParam: null,
    getNextPageParam: ({ next }: AuditPage) => next,
    refetchOnMount: "always",
    // While a name is typed each letter is another question.
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
}
