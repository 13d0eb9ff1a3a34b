/** Float rows of `k.conv` and `k.gemm`: output channels in lanes, each channel's sum in the order of its meaning, no FMA. */
import type { Node } from "../../../ir/graph.ts";
import { constantOf } from "../../../ir/ops/source.ts";
import { pointer, storeFirst } from "../access.ts";
import type { Func } from "../asm.ts";
import type { Pack } from "../kernel.ts";
import { floatLanes, vec } from "../lanes.ts";
import { type Addresses, pack } from "../operands.ts";
import { plainRow, scalarCost } from "./plain.ts";
import { clampOf, convShapeOf, epilogueOf, slotsOf } from "./reference.ts";
import { eachPosition, eachWindow, rowsSplit } from "./windows.ts";

/** Vectors of output channels in one block. */
const blockVectors = (o: number): number => Math.min(8, Math.ceil(o / 4));

/** Weights as [block][row][column][input channel][channel of the block], channels beyond the last 0; then biases. */
function packs(node: Node): Pack[] {
  const g = convShapeOf(node);
  const w = constantOf(node.in.w) as Float32Array;
  const bias = constantOf(node.in.bias) as Float32Array | undefined;
  const lanes = blockVectors(g.o) * 4;
  const blocks = Math.ceil(g.o / lanes);
  const taps = g.window[0] * g.window[1] * g.i;
  const out = new Float32Array(blocks * taps * lanes);
  for (let o = 0; o < g.o; o++) {
    const base = Math.floor(o / lanes) * taps * lanes + (o % lanes);
    for (let t = 0; t < taps; t++) out[base + t * lanes] = w[o * taps + t];
  }
  const biases = new Float32Array(blocks * lanes);
  if (bias) biases.set(bias);
  return [pack(out), pack(biases)];
}

function emit(f: Func, node: Node, at: Addresses): void {
  const g = convShapeOf(node);
  const slots = slotsOf(node, at);
  const { i32, f32x4, v128 } = f.m;
  const nv = blockVectors(g.o);
  const lanes = nv * 4;
  const tap = g.i * lanes * 4;
  const clamps = epilogueOf(node).map(clampOf);
  const bounds = clamps.map((c) => c.map((v) => floatLanes(f, v)));
  const hasBias = node.in.bias !== undefined;
  const zero = floatLanes(f, 0);
  const offset = f.let(f.b.i32, i32.const(0));
  eachWindow(f, g, slots.x!, at.result, (inside) => {
    const to = pointer(f, inside.out);
    const bias = pointer(f, at.packs[1]);
    const weights = pointer(f, at.packs[0]);
    const block = (vectors: number, channels: number): void => {
      const sums = Array.from({ length: vectors }, () => vec(f, f.get(zero)));
      const first = i32.add(i32.mul(f.get(inside.firstRow), i32.const(g.window[1])), f.get(inside.firstColumn));
      const w = f.let(f.b.i32, i32.add(f.get(weights), i32.mul(first, i32.const(tap))));
      const skip = f.let(f.b.i32, i32.mul(i32.sub(i32.const(g.window[1]), f.get(inside.columns)), i32.const(tap)));
      eachPosition(
        f,
        g,
        inside,
        offset,
        (p) => {
          const from = pointer(f, p);
          f.repeat(g.i, () => {
            const x = vec(f, v128.load32_splat(0, 1, f.get(from)));
            for (const [k, s] of sums.entries()) {
              f.set(s, f32x4.add(f.get(s), f32x4.mul(f.get(x), v128.load(16 * k, 1, f.get(w)))));
            }
            f.add(from, 4);
            f.add(w, lanes * 4);
          });
        },
        () => f.set(w, i32.add(f.get(w), f.get(skip))),
      );
      for (const [k, s] of sums.entries()) {
        if (hasBias) f.set(s, f32x4.add(f.get(s), v128.load(16 * k, 1, f.get(bias))));
        // pmax(v, low) is v < low ? low : v, which keeps not-a-number.
        for (const [low, high] of bounds) f.set(s, f32x4.pmin(f32x4.pmax(f.get(s), f.get(low)), f.get(high)));
        storeFirst(f, to, 16 * k, s, Math.min(16, 4 * channels - 16 * k));
      }
    };
    const whole = Math.floor(g.o / lanes);
    const moves = [
      [to, lanes * 4],
      [bias, lanes * 4],
      [weights, g.window[0] * g.window[1] * tap],
    ] as const;
    const next = (): void => {
      block(nv, lanes);
      for (const [at, bytes] of moves) f.add(at, bytes);
    };
    const rest = g.o - whole * lanes;
    const last = rest ? () => block(Math.ceil(rest / 4), rest) : undefined;
    if (!rowsSplit(g)) f.repeatSplit(whole, moves, next, last);
    else {
      f.repeat(whole, next);
      last?.();
    }
  });
}

/** Adds constant weights' rows; others are computed by the reference row. */
export const floatConvKernels = [
  plainRow({
    name: "f32_conv_c32__wasmsimd",
    cost: scalarCost,
    applies: (node) =>
      node.in.x.type.storage === "f32" &&
      constantOf(node.in.w) !== undefined &&
      (node.in.bias === undefined || constantOf(node.in.bias) !== undefined) &&
      convShapeOf(node).groups === 1 &&
      epilogueOf(node).every((s) => s.kind === "clamp"),
    pack: packs,
    emit,
  }),
];
