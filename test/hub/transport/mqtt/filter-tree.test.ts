// The tree of filters says what trying one filter after another says.
import fc from "fast-check";
import { expect, test } from "vitest";
import { FilterTree } from "../../../../src/hub/transport/mqtt/messages/filter-tree.ts";
import { filterMatches } from "../../../../src/shared/mqtt/topics.ts";

const name = fc.constantFrom("a", "b", "", "__proto__");
const topic = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const filter = fc
  .tuple(fc.array(fc.oneof(name, fc.constant("+")), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([names, isOpen]) => [...names, ...(isOpen ? ["#"] : [])].join("/"));

test("as many as they are, after some have ended as well", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(filter, fc.constant("#"))),
      fc.array(fc.nat(20)),
      fc.array(topic),
      (filters, ended, topics) => {
        const tree = new FilterTree();
        for (const one of filters) tree.add(one);
        const left = [...filters];
        for (const place of ended) {
          const [one] = left.splice(place, 1);
          if (one !== undefined) tree.remove(one);
        }
        for (const one of topics) expect(tree.matches(one)).toBe(left.some((of) => filterMatches(of, one)));
        for (const one of left) tree.remove(one);
        for (const one of topics) expect(tree.matches(one)).toBe(false);
      },
    ),
  );
});
