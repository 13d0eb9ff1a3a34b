/** Rows for k.conv and k.gemm: direct convolution and matrix products on register tiles. */
import type { Node } from "../../../ir/graph.ts";
import type { WasmKernel, WasmTarget } from "../kernel.ts";
import { finishPlan, roundingText } from "../requantize-plan.ts";
import { type Conv, convNumbers, convOf, geometryKey } from "./conv-geometry.ts";
import type { Element } from "./conv-image.ts";
import { ConvTile, type Tile } from "./conv-tile.ts";

/** Bytes as the target's dot instruction reads them: flipped where the activations have the other signedness. */
export function relaxedElement(g: Conv, target: WasmTarget): { bytes: 1; flip: boolean } {
  return { bytes: 1, flip: g.xSigned !== (target.dot === "signed") };
}

/** A step that is multiplied again takes the time of so many, as its loop has one step a turn. */
const restCost = 2;

interface Choice {
  readonly name: string;
  readonly suits: (g: Conv, target: WasmTarget) => boolean;
  readonly tile: (g: Conv, target: WasmTarget) => Tile;
  /** Products a cycle, roughly, and those in 256 bits on the scale of the other rows for them. */
  readonly speed: number;
  readonly wideSpeed?: number;
}

/** Bytes from 0 on. */
export const shortElement = (g: Conv): Element => ({ bytes: 1, flip: false, zeroAs: g.xZero - g.xRange[0] });

/** A tile of such bytes, whose products with the weights of so many steps are added up in 16 bits. */
function shortTile(g: Conv, target: WasmTarget, steps: number): Tile {
  const [least, most] = g.xRange;
  return {
    mr: [5, 4, 4, 3, 3][steps],
    nv: target.wide ? 4 : 2,
    element: shortElement(g),
    short: { steps, most: most - least },
    weightBytes: 1,
    apart: target.wide === true,
  };
}

/**
 * Whether the engine's products of pairs are known for the image's bytes: below 128 every engine has the same. Engines with an
 * exact dot of four have something better.
 */
export const shortSums = (g: Conv, { level, dot }: WasmTarget): boolean =>
  level === "relaxed" && (dot === "saturating" || (dot === "inexact" && g.xRange[1] - g.xRange[0] <= 127));

/** Whether the dot instruction of bytes is exact on the target. Weights of 9 bits are multiplied in two parts. */
const exactDot = (target: WasmTarget) =>
  target.level === "relaxed" && (target.dot === "unsigned" || target.dot === "signed");
const rowsOf = (g: Conv) => (g.kh === 1 && g.kw === 1 ? g.n * g.oh * g.ow : g.ow);
const wide = { bytes: 2, flip: false } as const;

const choices: readonly Choice[] = [
  {
    name: "qs8_conv_6x8c4__wasmrelaxed",
    suits: (_, target) => exactDot(target),
    tile: (g, target) => ({
      mr: 6,
      nv: 2,
      element: relaxedElement(g, target),
      weightBytes: 1,
      apart: target.wide === true,
    }),
    speed: 32,
  },
  {
    name: "qs8_conv_5x8c2__wasmsimd",
    suits: () => true,
    tile: (_, target) => ({ mr: 5, nv: 2, element: wide, weightBytes: 2, apart: target.wide === true }),
    speed: 12,
  },
  {
    // Two registers of 256 bits a pixel; in 128 bits these would be too many sums for the registers.
    name: "qs8_conv_5x16c2__wasmsimd",
    suits: (g, target) => target.wide === true && rowsOf(g) > 2,
    tile: () => ({ mr: 5, nv: 4, element: wide, weightBytes: 2, apart: true }),
    speed: 14.5,
  },
  {
    name: "qs8_conv_5x8c4s1__wasmrelaxed",
    suits: (g, target) => shortSums(g, target) && rowsOf(g) > 2,
    tile: (g, target) => shortTile(g, target, 1),
    speed: 15,
    wideSpeed: 18.5,
  },
  {
    name: "qs8_conv_4x8c4s2__wasmrelaxed",
    suits: (g, target) => shortSums(g, target) && rowsOf(g) > 2,
    tile: (g, target) => shortTile(g, target, 2),
    speed: 20,
    wideSpeed: 23.5,
  },
  {
    name: "qs8_conv_3x8c4s4__wasmrelaxed",
    suits: (g, target) => shortSums(g, target) && rowsOf(g) > 2,
    tile: (g, target) => shortTile(g, target, 4),
    speed: 25,
    wideSpeed: 29,
  },
  {
    name: "qs8_gemv_2x16c4__wasmrelaxed",
    suits: (g, target) => exactDot(target) && rowsOf(g) <= 2,
    tile: (g, target) => ({ mr: 2, nv: 4, element: relaxedElement(g, target), weightBytes: 1, apart: false }),
    speed: 40,
  },
  {
    name: "qs8_gemv_2x16c2__wasmsimd",
    suits: (g) => rowsOf(g) <= 2,
    tile: () => ({ mr: 2, nv: 4, element: wide, weightBytes: 1, apart: false }),
    speed: 13,
  },
];

/** Tiles are costly to set up twice (the proofs are cached, the layout is not): one per node and choice. */
const tiles = new WeakMap<Node, Map<string, ConvTile>>();

function tileOf(choice: Choice, node: Node, target: WasmTarget): ConvTile {
  const g = convOf(node)!;
  const tile = choice.tile(g, target);
  const own = tiles.get(node) ?? new Map<string, ConvTile>();
  tiles.set(node, own);
  const key = JSON.stringify(tile);
  let made = own.get(key);
  if (!made) own.set(key, (made = new ConvTile(g, tile)));
  return made;
}

const engines = ["unsigned", "signed"] as const;

const row = (choice: Choice): WasmKernel => ({
  name: choice.name,
  applies(node, target) {
    const g = convOf(node);
    return g !== undefined && choice.suits(g, target) && finishPlan(g) !== undefined;
  },
  cost(node, target) {
    const t = tileOf(choice, node, target);
    const { g } = t;
    const [rows, row] = t.flat ? [1, g.n * g.oh * g.ow] : [g.n * g.oh, g.ow];
    const pixels = rows * Math.ceil(row / t.mr) * t.mr;
    const steps = t.blocks.length * t.runs.length * t.steps + (t.tile.short ? restCost * t.roughRests : 0);
    const macs = pixels * steps * t.lanes * (4 / t.tile.element.bytes);
    const speed = (target.wide && choice.wideSpeed) || choice.speed;
    return macs / (speed * Math.min(1, 0.4 + 0.12 * t.mr));
  },
  about(node, target) {
    const t = tileOf(choice, node, target);
    const chunks = t.flat ? `, chunks of ${t.chunk} pixels` : "";
    const image = t.staged.copied ? "copied image" : "image in place";
    const size = `${t.mr} pixels x ${t.lanes} channels, ${t.tile.element.bytes}-byte elements`;
    const { short } = t.tile;
    const sums = short ? `, sums of 16 bits of ${short.steps * 4} bytes, ${t.rests} steps again` : "";
    return `${size}${sums}, ${t.blocks.length} blocks${chunks}, ${image}${roundingText(t.g)}`;
  },
  key: (node, target) => {
    const t = tileOf(choice, node, target);
    return `${geometryKey(t.g)} ${t.key}`;
  },
  pack: (node, target) => tileOf(choice, node, target).pack(),
  kept: (node, target) => tileOf(choice, node, target).kept(),
  prepare: (f, node, target) => tileOf(choice, node, target).prepare(f),
  numbers: convNumbers,
  // Which signedness the engine wants decides whether bytes are copied; memory is set aside for either.
  scratch: (node, target) =>
    Math.max(...engines.map((dot) => tileOf(choice, node, { ...target, level: "relaxed", dot }).scratch())),
  emit: (f, node, target) => tileOf(choice, node, target).emit(f),
});

/** The rows, any of which computes a node exactly where it applies; the least cost is chosen. */
export const convKernels: readonly WasmKernel[] = choices.map(row);
