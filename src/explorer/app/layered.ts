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

/** Boxes of a piece up to which crossings are minimised, which takes time in proportion to their square. */
const mostLayered = 2500;

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
  const size: Size = (n) => [...sizeOf({ data: data[Number(n.data.id)] })] as [number, number];
  let result: Drawing;
  try {
    result = count <= mostLayered ? layered(numbered, size, count) : inRows(numbered, size);
  } catch {
    // What the library cannot draw is drawn all the same.
    result = inRows(numbered, size);
  }
  if (count <= 300) drawn.set(shape, result);
  return named(result);
}

interface Numbered {
  readonly id: string;
  readonly parentIds: readonly string[];
}

type Size = (n: { data: { id: string } }) => [number, number];

function layered(data: readonly Numbered[], size: Size, count: number): Drawing {
  const base = () =>
    sugiyama()
      .nodeSize(size as never)
      .gap([gapX, gapY]);
  const decross = decrossTwoLayer()
    .order(twolayerAgg().aggregator(aggMean))
    .passes(count <= 300 ? 16 : 4);
  const dag = graphStratify()(data as never) as never as {
    nodes(): Iterable<{ data: { id: string }; x: number; y: number }>;
    links(): Iterable<{
      source: { data: { id: string } };
      target: { data: { id: string } };
      points: [number, number][];
    }>;
  };
  const area =
    count <= 60
      ? base().layering(layeringSimplex()).decross(decross).coord(coordSimplex())(dag as never)
      : base().layering(layeringLongestPath()).decross(decross).coord(coordGreedy())(dag as never);
  return {
    nodes: [...dag.nodes()].map((n) => ({ id: n.data.id, x: n.x, y: n.y })),
    links: [...dag.links()].map((l) => ({
      from: l.source.data.id,
      to: l.target.data.id,
      points: l.points.map(([x, y]) => ({ x, y })),
    })),
    width: area.width,
    height: area.height,
  };
}

/** Rows by the longest way from the beginning, in the order that is given. `data` has parents before children. */
function inRows(data: readonly Numbered[], size: Size): Drawing {
  const rank = new Map<string, number>();
  const rows: Numbered[][] = [];
  for (const d of data) {
    const r = d.parentIds.reduce((most, p) => Math.max(most, rank.get(p)! + 1), 0);
    rank.set(d.id, r);
    rows[r] ??= [];
    rows[r].push(d);
  }
  const sizes = new Map(data.map((d) => [d.id, size({ data: d })]));
  const widthOf = (row: readonly Numbered[]) => row.reduce((sum, d) => sum + sizes.get(d.id)![0] + gapX, -gapX);
  const width = Math.max(...rows.map(widthOf));
  const at = new Map<string, Point>();
  let y = 0;
  for (const row of rows) {
    const height = Math.max(...row.map((d) => sizes.get(d.id)![1]));
    let x = (width - widthOf(row)) / 2;
    for (const d of row) {
      const [w] = sizes.get(d.id)!;
      at.set(d.id, { x: x + w / 2, y: y + height / 2 });
      x += w + gapX;
    }
    y += height + gapY;
  }
  return {
    nodes: data.map((d) => ({ id: d.id, ...at.get(d.id)! })),
    links: data.flatMap((d) => d.parentIds.map((p) => ({ from: p, to: d.id, points: [at.get(p)!, at.get(d.id)!] }))),
    width,
    height: y - gapY,
  };
}
