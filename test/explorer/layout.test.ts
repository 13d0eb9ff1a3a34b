/** Layouts: no two boxes overlap, groups hold their own, edges go from border to border, whatever the graph. */
import { describe, expect, test } from "vitest";
import { type Edge, type Item, layout } from "../../src/explorer/app/layout.ts";
import { random } from "../fuzz/generate.ts";

const box = (id: string): Item => ({ id, w: 100 + (id.length % 5) * 20, h: 58 });

/** A graph whose nodes read some of the `reach` nodes before them; 1 makes a chain. */
function graph(seed: number, count: number, reach: number): { items: Item[]; edges: Edge[] } {
  const rand = random(seed);
  const edges = new Map<string, Edge>();
  for (let i = 1; i < count; i++) {
    for (let k = rand(reach > 1 ? 0 : 1, 2); k > 0; k--) {
      const from = Math.max(0, i - rand(1, reach));
      edges.set(`${from} ${i}`, { from: `n${from}`, to: `n${i}` });
    }
  }
  return { items: Array.from({ length: count }, (_, i) => box(`n${i}`)), edges: [...edges.values()] };
}

function check(items: readonly Item[], edges: readonly Edge[], aspect: number): void {
  const { boxes, routes, width, height } = layout({ items, edges, aspect });
  const at = new Map(boxes.map((b) => [b.id, b]));
  const checkLevel = (list: readonly Item[], holds: { x: number; y: number; w: number; h: number }) => {
    for (const [i, item] of list.entries()) {
      const a = at.get(item.id)!;
      expect(a.x >= holds.x - 1 && a.y >= holds.y - 1, item.id).toBe(true);
      expect(a.x + a.w <= holds.x + holds.w + 1 && a.y + a.h <= holds.y + holds.h + 1, item.id).toBe(true);
      for (const other of list.slice(i + 1)) {
        const b = at.get(other.id)!;
        const apart =
          a.x + a.w <= b.x + 0.5 || b.x + b.w <= a.x + 0.5 || a.y + a.h <= b.y + 0.5 || b.y + b.h <= a.y + 0.5;
        expect(apart, `${item.id} and ${other.id}`).toBe(true);
      }
      if (item.items) checkLevel(item.items, a);
    }
  };
  checkLevel(items, { x: 0, y: 0, w: width, h: height });
  expect(routes.length).toBe(edges.length);
  for (const [i, { from, to }] of edges.entries()) {
    const points = routes[i];
    const [a, b] = [at.get(from)!, at.get(to)!];
    expect(points.length >= 4 && points.length % 2 === 0 && points.every(Number.isFinite), `${from} -> ${to}`).toBe(
      true,
    );
    expect(Math.abs(points[1] - (a.y + a.h))).toBeLessThan(0.2);
    expect(Math.abs(points[points.length - 1] - b.y)).toBeLessThan(0.2);
  }
}

describe("random graphs", () => {
  test.each(Array.from({ length: 30 }, (_, i) => i))("seed %i", (seed) => {
    const rand = random(seed);
    const { items, edges } = graph(seed, rand(1, 70), rand(1, 9));
    check(items, edges, 0);
    check(items, edges, 1.6);
  });
});

describe("groups, also such as a way leaves and enters again", () => {
  test.each(Array.from({ length: 30 }, (_, i) => i))("seed %i", (seed) => {
    const rand = random(seed);
    const { items, edges } = graph(seed, rand(4, 50), rand(1, 6));
    const groups: Item[] = [];
    const free: Item[] = [];
    for (const item of items) {
      const g = rand(0, 4);
      if (g === 0) free.push(item);
      else {
        const id = `group ${g}`;
        const known = groups.find((x) => x.id === id);
        if (known) (known.items as Item[]).push(item);
        else groups.push({ id, w: 80, h: 30, items: [item] });
      }
    }
    // One group in another.
    if (groups.length > 2) (groups[0].items as Item[]).push(groups.pop()!);
    check([...groups, ...free], edges, 1.6);
  });
});

test("nothing, one box, boxes without edges", () => {
  check([], [], 1.6);
  check([box("a")], [], 1.6);
  check(["a", "b", "c"].map(box), [], 1.6);
});

test("a chain of 5,000, and a tangle of 3,000", () => {
  const chain = graph(1, 5000, 1);
  const a = layout({ ...chain, aspect: 1.6 });
  expect(a.boxes.length).toBe(5000);
  expect(a.width / a.height).toBeGreaterThan(0.5);
  const tangle = graph(2, 3000, 40);
  const b = layout({ ...tangle, aspect: 1.6 });
  expect(new Set(b.boxes.map((x) => `${x.x} ${x.y}`)).size).toBe(3000);
});
