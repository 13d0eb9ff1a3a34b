/**
 * Relaxed dot products of engines that this machine does not have. While a module is made, each of its relaxed dot products
 * becomes a call of a function of plain SIMD that computes what such an engine does, so that any engine can run it.
 */
import binaryen from "binaryen";
import { type Build, build } from "../src/codegen/build.ts";
import { makePlan } from "../src/codegen/plan.ts";
import type { Expr, Module } from "../src/codegen/wasm/asm.ts";
import type { WasmTarget } from "../src/codegen/wasm/kernel.ts";
import type { Graph } from "../src/ir/graph.ts";
import { runPipeline } from "../src/passes/pipeline.ts";

/**
 * What an engine does with bytes w (signed) and x: `unsigned` is x86 with VNNI, exact; `signed` reads x as signed and adds the
 * products of a pair in 16 bits, which wrap, as V8's baseline code on Arm; `saturating` is x86 without VNNI.
 */
export type Flavour = "unsigned" | "signed" | "saturating";

/** The targets whose modules have dot products, each with the engine that is emulated for it. */
export const flavours = (["unsigned", "signed", "saturating"] as const).map(
  (dot): { name: string; target: WasmTarget & { dot: Flavour } } => ({
    name: `wasm relaxed ${dot} (emulated)`,
    target: { level: "relaxed", dot },
  }),
);

/** The 16 bytes of items of `size` bytes, every second one, of two vectors that follow each other. */
const every2nd = (size: number, first: 0 | 1): number[] =>
  Array.from({ length: 16 }, (_, i) => (2 * Math.floor(i / size) + first) * size + (i % size));

/** w . x + sum, or the sums of the pairs alone, as an expression of the parameters of a function. */
function meaning(m: Module, flavour: Flavour, ofPairs: boolean): Expr {
  const { i8x16, i16x8, i32x4 } = m;
  const [w, x, sum] = [0, 1, 2].map((k) => () => m.local.get(k, binaryen.v128));
  const added = (size: number, low: Expr, high: Expr, add: (a: Expr, b: Expr) => Expr): Expr => {
    const [a, b] = [3, 4];
    const read = (first: 0 | 1) =>
      i8x16.shuffle(m.local.get(a, binaryen.v128), m.local.get(b, binaryen.v128), every2nd(size, first));
    return m.block(null, [m.local.set(a, low), m.local.set(b, high), add(read(0), read(1))], binaryen.v128);
  };
  // The instruction for pairs saturates on x86, with VNNI too.
  if (flavour === "unsigned" && !ofPairs) {
    const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w()), i16x8.extend_low_i8x16_u(x()));
    const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w()), i16x8.extend_high_i8x16_u(x()));
    return i32x4.add(sum(), added(4, low, high, i32x4.add));
  }
  const pairs =
    flavour === "signed"
      ? added(2, i16x8.extmul_low_i8x16_s(w(), x()), i16x8.extmul_high_i8x16_s(w(), x()), i16x8.add)
      : added(
          2,
          i16x8.mul(i16x8.extend_low_i8x16_s(w()), i16x8.extend_low_i8x16_u(x())),
          i16x8.mul(i16x8.extend_high_i8x16_s(w()), i16x8.extend_high_i8x16_u(x())),
          i16x8.add_saturate_s,
        );
  return ofPairs ? pairs : i32x4.add(sum(), i32x4.extadd_pairwise_i16x8_s(pairs));
}

/** The function of a flavour in a module, added when it is first asked for. */
function emulation(m: Module, flavour: Flavour, ofPairs = false): string {
  const name = `emulated ${flavour}${ofPairs ? " pairs" : ""}`;
  if (!m.getFunction(name)) {
    const { v128, createType } = binaryen;
    m.addFunction(name, createType([v128, v128, v128]), v128, [v128, v128], meaning(m, flavour, ofPairs));
  }
  return name;
}

type Binary = (module: number, op: number, a: Expr, b: Expr) => Expr;
type Ternary = (module: number, op: number, a: Expr, b: Expr, c: Expr) => Expr;

/** What `make` makes, with emulated dot products in all modules; `count` is told how many there were. */
export async function withDots<T>(
  flavour: Flavour,
  make: () => T | Promise<T>,
  count?: (dots: number) => void,
): Promise<T> {
  const raw = binaryen as unknown as {
    _BinaryenBinary: Binary;
    _BinaryenSIMDTernary: Ternary;
    wrapModule(ptr: number): Module;
  };
  const { _BinaryenBinary: ownBinary, _BinaryenSIMDTernary: own } = raw;
  let dots = 0;
  raw._BinaryenSIMDTernary = (module, op, a, b, c) => {
    if (op !== binaryen.RelaxedDotI8x16I7x16AddSToVecI32x4) return own(module, op, a, b, c);
    dots++;
    const m = raw.wrapModule(module);
    return m.call(emulation(m, flavour), [a, b, c], binaryen.v128);
  };
  raw._BinaryenBinary = (module, op, a, b) => {
    if (op !== binaryen.RelaxedDotI8x16I7x16SToVecI16x8) return ownBinary(module, op, a, b);
    dots++;
    const m = raw.wrapModule(module);
    return m.call(emulation(m, flavour, true), [a, b, m.v128.const(new Array(16).fill(0))], binaryen.v128);
  };
  try {
    return await make();
  } finally {
    raw._BinaryenBinary = ownBinary;
    raw._BinaryenSIMDTernary = own;
    count?.(dots);
  }
}

/** A graph for the engines of a flavour that emulates itself, or undefined if no step of it has dot products. */
export async function buildEmulated(
  graph: Graph,
  target: WasmTarget & { dot: Flavour },
  options: { readonly threads?: boolean } = {},
): Promise<Build | undefined> {
  const plan = makePlan(runPipeline(graph), target, options);
  if (!plan.steps.some((s) => s.kernel.name.includes("relaxed"))) return undefined;
  let dots = 0;
  const made = await withDots(
    target.dot,
    () => build(graph, target, options),
    (n) => {
      dots = n;
    },
  );
  if (!dots) throw new Error(`${graph.name}: relaxed rows without a relaxed dot product`);
  return made;
}
