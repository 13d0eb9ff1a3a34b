/**
 * Runs one kernel row on one node, alone in a module of its own: packs and operands are placed in memory between guard
 * bytes, and the result comes back with a check that nothing outside it was written.
 */
import binaryen from "binaryen";
import { Func } from "../../src/codegen/wasm/asm.ts";
import type { WasmKernel, WasmTarget } from "../../src/codegen/wasm/kernel.ts";
import { relaxedDot, relaxedPairs } from "../../src/codegen/wasm/kernels/conv-dot.ts";
import { firstUnit } from "../../src/codegen/wasm/share.ts";
import { type Node, operandsOf } from "../../src/ir/graph.ts";
import { constantOf } from "../../src/ir/ops/source.ts";
import { allocate, byteLength, storages, type TypedArray } from "../../src/ir/type.ts";

/** A kernel ready to run on operands in place. */
export interface Loaded {
  /** Runs the kernel once on what is in memory. */
  call(): void;
  /** Sets the operands that are not constants, in slot order. */
  set(operands: readonly TypedArray[]): void;
  /** The result's elements; throws if a byte outside the result, the scratch memory and the operands changed. */
  result(): TypedArray;
  readonly wasm: Uint8Array;
  /** Into how many units the kernel cuts its work for threads. */
  readonly units: number;
}

const guard = 0xa5;

/** Emits the module of one kernel as bytes; `shared` gives it the parameters of a share of its work. */
export function emitModule(
  kernel: WasmKernel,
  node: Node,
  target: WasmTarget,
  pages: number,
  shared = false,
): { wasm: Uint8Array; units: number } {
  const packs = kernel.pack?.(node, target) ?? [];
  const operands = operandsOf(node).filter((n) => !constantOf(n));
  const m = new binaryen.Module();
  try {
    const { SIMD128, BulkMemory, BulkMemoryOpt, SignExt, NontrappingFPToInt, RelaxedSIMD } = binaryen.Features;
    const base = SIMD128 | BulkMemory | BulkMemoryOpt | SignExt | NontrappingFPToInt;
    m.setFeatures(target.level === "relaxed" ? base | RelaxedSIMD : base);
    m.setMemory(pages, pages, "memory");
    const numbers = kernel.numbers?.(node).length ?? 0;
    const kept = kernel.kept?.(node, target) ? 1 : 0;
    const count = 1 + operands.length + packs.length + numbers + kept + (kernel.scratch?.(node, target) ? 1 : 0);
    const f = new Func(binaryen, m, "run", count, shared);
    kernel.emit(f, node, target);
    f.end();
    m.addFunctionExport("run", "run");
    if (kept) {
      const prepare = new Func(binaryen, m, "prepare", packs.length + 1);
      kernel.prepare!(prepare, node, target);
      prepare.end();
      m.addFunctionExport("prepare", "prepare");
    }
    if (!m.validate()) throw new Error(`${kernel.name} does not validate`);
    return { wasm: m.emitBinary(), units: f.units };
  } finally {
    m.dispose();
  }
}

/**
 * Emits, instantiates and places a kernel. With `threads` above 1 a call is one after the other of so many calls, the last
 * share first, each with scratch memory of its own.
 */
export function load(kernel: WasmKernel, node: Node, target: WasmTarget, threads = 1): Loaded {
  const packs = kernel.pack?.(node, target) ?? [];
  const operands = operandsOf(node).filter((n) => !constantOf(n));
  const scratch = kernel.scratch?.(node, target) ?? 0;
  const kept = kernel.kept?.(node, target) ?? 0;
  let end = 1024;
  const place = (bytes: number, align = 16): number => {
    const at = Math.ceil(end / align) * align;
    end = at + bytes + 128;
    return at;
  };
  const result = place(byteLength(node.type));
  const placed = operands.map((n) => place(byteLength(n.type)));
  const packed = packs.map((p) => place(p.bytes.length, Math.max(16, p.align)));
  const keptAt = kept ? place(kept) : 0;
  const scratches = Array.from({ length: threads }, () => (scratch ? place(scratch) : 0));
  const { wasm, units } = emitModule(kernel, node, target, Math.ceil(end / 65536) + 1, threads > 1);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm as BufferSource));
  const bytes = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  bytes.fill(guard);
  packs.forEach((p, i) => {
    bytes.set(p.bytes, packed[i]);
  });
  const run = exports.run as (...args: number[]) => void;
  if (kept) {
    const before = bytes.slice();
    (exports.prepare as (...args: number[]) => void)(...packed, keptAt);
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] !== before[at] && !(at >= keptAt && at < keptAt + kept))
        throw new Error(`${kernel.name} prepared byte ${at - keptAt} of ${kept}`);
    }
  }
  const args = [result, ...placed, ...packed];
  const numbers = kernel.numbers?.(node) ?? [];
  const calls = scratches
    .map((at, t) => {
      const [first, end] = [t, t + 1].map((k) => firstUnit(units, k, threads));
      const share = threads === 1 ? [] : [first, end - first];
      return {
        args: [...args, ...numbers, ...(kept ? [keptAt] : []), ...(scratch ? [at] : []), ...share],
        empty: first === end,
      };
    })
    .filter((c) => !c.empty)
    .reverse();
  let before = new Uint8Array(0);
  return {
    wasm,
    units,
    call: () => {
      for (const c of calls) run(...c.args);
    },
    set(values) {
      values.forEach((v, i) => {
        bytes.set(new Uint8Array(v.buffer, v.byteOffset, v.byteLength), placed[i]);
      });
      before = bytes.slice();
    },
    result() {
      const own = (at: number) =>
        (at >= result && at < result + byteLength(node.type)) || scratches.some((s) => at >= s && at < s + scratch);
      for (let at = 0; at < bytes.length; at++) {
        if (bytes[at] !== before[at] && !own(at)) {
          throw new Error(`${kernel.name} wrote at ${at - result} of a result of ${byteLength(node.type)} bytes`);
        }
      }
      const out = allocate(node.type.storage, 0).constructor as new (b: ArrayBuffer) => TypedArray;
      return new out(bytes.slice(result, result + byteLength(node.type)).buffer);
    },
  };
}

/**
 * What this engine's relaxed dot makes of a second operand above 127 where nothing saturates, or undefined if it has no
 * such instruction or a wrong one (V8 11.3 behind its flag adds the product twice). Saturating engines agree with the others on weights in [-64, 63].
 */
export function probeDot(): "unsigned" | "signed" | undefined {
  const m = new binaryen.Module();
  try {
    m.setFeatures(binaryen.Features.SIMD128 | binaryen.Features.RelaxedSIMD);
    const splat = (v: number) => m.i8x16.splat(m.i32.const(v));
    const sum = relaxedDot(binaryen, m, splat(3), splat(200), m.i32x4.splat(m.i32.const(0)));
    m.addFunction("probe", binaryen.none, binaryen.i32, [], m.i32x4.extract_lane(sum, 0));
    m.addFunctionExport("probe", "probe");
    const wasm = m.emitBinary() as BufferSource;
    if (!WebAssembly.validate(wasm)) return undefined;
    const { probe } = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as { probe: () => number };
    return ({ 2400: "unsigned", [-672]: "signed" } as const)[probe()];
  } finally {
    m.dispose();
  }
}

/** Whether this engine has `i16x8.relaxed_dot_i8x16_i7x16_s`. */
export function probePairs(): boolean {
  const m = new binaryen.Module();
  try {
    m.setFeatures(binaryen.Features.SIMD128 | binaryen.Features.RelaxedSIMD);
    const splat = (v: number) => m.i8x16.splat(m.i32.const(v));
    const sum = relaxedPairs(binaryen, m, splat(-128), splat(127));
    m.addFunction("probe", binaryen.none, binaryen.i32, [], m.i16x8.extract_lane_s(sum, 0));
    m.addFunctionExport("probe", "probe");
    const wasm = m.emitBinary() as BufferSource;
    if (!WebAssembly.validate(wasm)) return false;
    const { probe } = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as { probe: () => number };
    return probe() === -2 * 128 * 127;
  } finally {
    m.dispose();
  }
}

/** Random numbers that repeat for a seed. */
export function random(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s ^ (s >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((s ^ (s >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** An array of a byte storage: random, or all of one value. */
export function bytesOf(storage: "i8" | "u8", size: number, next: () => number, fill?: number): TypedArray {
  const { min, max } = storages[storage];
  const out = allocate(storage, size) as Int8Array;
  for (let i = 0; i < size; i++) out[i] = fill ?? Math.floor(next() * (max - min + 1)) + min;
  return out;
}
