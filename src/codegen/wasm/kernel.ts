/**
 * The kernel table's row type for wasm. Kernels are rows: a name in the field's grammar, when it applies, how it packs its
 * constants, and how it emits its function. Selection, correctness tests around the tile, and benches loop over the rows.
 */
import type { Dot } from "../../../runtime/types.ts";
import type { Node } from "../../ir/graph.ts";
import type { Func } from "./asm.ts";

/** What the module may assume of the engine that runs it. */
export interface WasmTarget {
  /** `simd128`: the fixed-width baseline. `relaxed`: relaxed-SIMD opcodes may appear in the module. */
  readonly level: "simd128" | "relaxed";
  /**
   * What `i32x4.relaxed_dot_i8x16_i7x16_add_s` does with a second operand outside 0..127, as a probe of the engine found:
   * reads it as unsigned exactly (x86 VNNI), as signed (Arm; exactly but where two pairs of -128 are multiplied and added, which
   * some engines do in 16 bits), as unsigned with sums of pairs that saturate at 16 bits (x86 without VNNI), or anything else.
   */
  readonly dot: Dot;
  /** The engine joins operations on neighbouring vectors of 128 bits (V8's `--experimental-wasm-revectorize`); not unless true. */
  readonly wide?: boolean;
}

/** A target for each kind of engine, the fastest ones first; all engines with WebAssembly SIMD run the last one. */
export const everyTarget: WasmTarget[] = [
  { level: "relaxed", dot: "unsigned" },
  { level: "relaxed", dot: "signed" },
  { level: "relaxed", dot: "saturating" },
  { level: "simd128", dot: "inexact" },
];

/** Constant bytes that a kernel reads, placed once in the module's memory and passed by address. */
export interface Pack {
  readonly bytes: Uint8Array;
  /** Power of two. */
  readonly align: number;
}

/** One way to compute one node. */
export interface WasmKernel {
  /** `qs8_gemm_6x8c4__wasmrelaxed`: datatype, kernel, tile, target. */
  readonly name: string;
  /** Whether this kernel can compute the node on the target, exactly. */
  applies(node: Node, target: WasmTarget): boolean;
  /** Expected cost, lower is better, in any unit common to kernels of one op (cycles, say). */
  cost?(node: Node, target: WasmTarget): number;
  /** What is worth knowing of the node's code, for reports: its tile, how sums are rounded. */
  about?(node: Node, target: WasmTarget): string;
  /** Everything that the emitted code depends on, as text: nodes with equal keys share one function. */
  key(node: Node, target: WasmTarget): string;
  /** The constants that differ from node to node: weights packed for the tile, biases, per-channel multipliers, tables. */
  pack?(node: Node, target: WasmTarget): readonly Pack[];
  /** Numbers (32-bit integers) that differ from node to node: a zero point, say. */
  numbers?(node: Node): readonly number[];
  /** Bytes of memory of the node's own, which `prepare` writes once, before the first run, and calls only read. */
  kept?(node: Node, target: WasmTarget): number;
  /** Emits the body of the function that writes them; its parameters are each pack, then the kept memory. */
  prepare?(f: Func, node: Node, target: WasmTarget): void;
  /** Bytes of scratch memory that a call needs. */
  scratch?(node: Node, target: WasmTarget): number;
  /** Operands (in slot order) that the result may overwrite: each element is read before its place is written. */
  readonly inPlace?: readonly number[];
  /**
   * Emits the body of the function. Its parameters are addresses: the result, then each operand of the node that is not
   * a constant (in slot order), then each pack; then its numbers; then the kept memory and the scratch memory if it asked
   * for them.
   */
  emit(f: Func, node: Node, target: WasmTarget): void;
}
