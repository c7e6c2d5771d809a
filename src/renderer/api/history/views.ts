// Named comparisons.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SavedView, ViewList, ViewRequest } from "../../../shared/history/saved-view.ts";
import { apiUrl, post, put, remove, request } from "../client.ts";

const VIEWS_KEY = ["views"];

export function useViews() {
  return useQuery({
    queryKey: VIEWS_KEY,
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
      queries.setQueryData<ViewList>(VIEWS_KEY, (list) => list && { views: withView(list.views, view) });
      onSaved(view);
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: VIEWS_KEY }),
  });
}

export function useRemoveView(onRemoved: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(apiUrl(`views/${encodeURIComponent(id)}`)),
    onSuccess: onRemoved,
    onSettled: () => void queries.invalidateQueries({ queryKey: VIEWS_KEY }),
  });
}

/** In the place of the view that it replaces, until the hub's own order is there. */
function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const place = views.findIndex(({ id }) => id === view.id);
  return place < 0 ? [...views, view] : views.with(place, view);
}
