// Named comparisons.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SavedView, ViewList, ViewRequest } from "../../../shared/history/saved-view.ts";
import { apiUrl, post, put, remove, request } from "../client.ts";
import { QUERY_KEYS } from "../queries.ts";

export function useViews() {
  return useQuery({
    queryKey: QUERY_KEYS.views,
    queryFn: ({ signal }) => request<ViewList>(apiUrl("views"), { signal }),
    select: ({ views }) => views,
  });
}

/** What a person named; `id` is that of the view that it replaces, or brings back. */
interface Written extends ViewRequest {
  readonly id?: string | undefined;
}

/** `onSaved` gets the view as stored by the hub. */
export function useSaveView(onSaved: (view: SavedView) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...view }: Written) =>
      id === undefined
        ? post<SavedView>(apiUrl("views"), view)
        : put<SavedView>(apiUrl(`views/${encodeURIComponent(id)}`), view),
    onSuccess: (view) => {
      queries.setQueryData<ViewList>(QUERY_KEYS.views, (list) => list && { views: withView(list.views, view) });
      onSaved(view);
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: QUERY_KEYS.views }),
  });
}

export function useRemoveView(onRemoved: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(apiUrl(`views/${encodeURIComponent(id)}`)),
    onSuccess: onRemoved,
    onSettled: () => void queries.invalidateQueries({ queryKey: QUERY_KEYS.views }),
  });
}

/** In the place of the view that it replaces, until the hub's own order is there. */
function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const place = views.findIndex(({ id }) => id === view.id);
  return place < 0 ? [...views, view] : views.with(place, view);
}
