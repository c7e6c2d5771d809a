// Notes on the time axis. The live feed signals changes by other windows.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Annotation, AnnotationList, AnnotationRequest } from "../../../shared/history/timeline.ts";
import { apiUrl, post, put, remove, request } from "../client.ts";
import { QUERY_KEYS } from "../queries.ts";

const ANNOTATIONS_KEY = [...QUERY_KEYS.timeline, "annotations"];
const NONE: readonly Annotation[] = [];

/** All that one may see, in order of time. */
export function useAnnotations(): readonly Annotation[] {
  const { data = NONE } = useQuery({
    queryKey: ANNOTATIONS_KEY,
    queryFn: ({ signal }) => request<AnnotationList>(apiUrl("annotations"), { signal }),
    select: ({ annotations }) => annotations,
  });
  return data;
}

/** What a person wrote; `id` is that of the note that it replaces. */
interface Written extends AnnotationRequest {
  readonly id?: string | undefined;
}

export function useSaveAnnotation() {
  return useAnnotationMutation(({ id, ...note }: Written) =>
    id === undefined
      ? post<Annotation>(apiUrl("annotations"), note)
      : put<Annotation>(apiUrl(`annotations/${id}`), note),
  );
}

export function useRemoveAnnotation() {
  return useAnnotationMutation(({ id }: Pick<Annotation, "id">) => remove(apiUrl(`annotations/${id}`)));
}

function useAnnotationMutation<Variables, Answer>(mutationFn: (variables: Variables) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => queries.invalidateQueries({ queryKey: ANNOTATIONS_KEY }),
  });
}

/** The fields of a note that are sent to the hub. */
export function requestOf({ time, timeEnd, text, device }: Annotation): AnnotationRequest {
  return { time, text, ...(timeEnd !== undefined && { timeEnd }), ...(device !== undefined && { device }) };
}
