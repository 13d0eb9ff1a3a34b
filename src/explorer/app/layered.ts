/** One piece of a graph as a layered drawing: d3-dag with the settings that fit its size. */
import {
  aggMean,
  coordGreedy,
  coordSimplex,
  decrossTwoLayer,
  graphStratify,
  layeringLongestPath,
  layeringSimplex,
  sugiyama,
  twolayerAgg,
} from "d3-dag";

export const gapX = 26;
export const gapY = 34;

export interface Point {
  x: number;
  y: number;
}

/** Centres of boxes, and lines from centre to centre. */
export interface Drawing {
  readonly nodes: readonly { id: string; x: number; y: number }[];
  readonly links: readonly { from: string; to: string; points: Point[] }[];
  readonly width: number;
  readonly height: number;
}

/** Blocks of one shape are drawn once. */
const drawn = new Map<string, Drawing>();

/** Draws a piece; `parentIds` name other entries. The first of equal shapes is drawn, the others are like it. */
export function draw(
  data: readonly { id: string; parentIds: string[] }[],
  sizeOf: (n: { data: { id: string } }) => readonly [number, number],
  count: number,
): Drawing {
  const number = new Map(data.map((d, i) => [d.id, i]));
  const shape = data
    .map((d) => [...sizeOf({ data: d }), ...d.parentIds.map((p) => number.get(p)!).sort((a, b) => a - b)].join(" "))
    .join("|");
  const known = drawn.get(shape);
  const byNumber = (i: string) => data[Number(i)].id;
  const named = (d: Drawing): Drawing => ({
    ...d,
    nodes: d.nodes.map((n) => ({ ...n, id: byNumber(n.id) })),
    links: d.links.map((l) => ({ ...l, from: byNumber(l.from), to: byNumber(l.to) })),
  });
  if (known) return named(known);
  const numbered = data.map((d, i) => ({ id: String(i), parentIds: d.parentIds.map((p) => String(number.get(p)!)) }));
  const size = (n: { data: { id: string } }): [number, number] =>
    [...sizeOf({ data: data[Number(n.data.id)] })] as [number, number];
  const base = () =>
    sugiyama()
      .nodeSize(size as never)
      .gap([gapX, gapY]);
  const passes = count <= 300 ? 16 : 4;
  const decross = decrossTwoLayer().order(twolayerAgg().aggregator(aggMean)).passes(passes);
  const dag = graphStratify()(numbered as never) as never as {
    nodes(): Iterable<{ data: { id: string }; x: number; y: number }>;
    links(): Iterable<{
      source: { data: { id: string } };
      target: { data: { id: string } };
      points: [number, number][];
    }>;
  };
  let area: { width: number; height: number };
  try {
    area =
      count <= 60
        ? base().layering(layeringSimplex()).decross(decross).coord(coordSimplex())(dag as never)
        : base().layering(layeringLongestPath()).decross(decross).coord(coordGreedy())(dag as never);
  } catch {
    area = base().layering(layeringLongestPath()).decross(decross).coord(coordGreedy())(dag as never);
  }
  const result: Drawing = {
    nodes: [...dag.nodes()].map((n) => ({ id: n.data.id, x: n.x, y: n.y })),
    links: [...dag.links()].map((l) => ({
      from: l.source.data.id,
      to: l.target.data.id,
      points: l.points.map(([x, y]) => ({ x, y })),
    })),
    width: area.width,
    height: area.height,
  };
  if (count <= 300) drawn.set(shape, result);
  return named(result);
}
