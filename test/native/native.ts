/** The native back end under test, and what its tests share. */
import { test } from "vitest";
import { loadNative, type NativeAddon } from "../../runtime/native.ts";
import { nativeOps } from "../../src/codegen/native/ops.ts";
import type { Graph } from "../../src/ir/graph.ts";

const state = await loadNative();

/** The addon, or undefined where it is not built. */
export const addon: NativeAddon | undefined = state.addon;

/** Instruction sets to test: all that this CPU has. */
export const levels: readonly string[] = addon?.levels ?? [];

/** Says aloud what is not tested here. */
export function reportMissing(): void {
  if (!addon) test.skip(`skipped: ${(state as { reason: string }).reason}`, () => {});
  for (const level of ["avx2", "avxvnni", "avx512vnni"]) {
    if (addon && !levels.includes(level)) test.skip(`skipped: this CPU has no ${level}`, () => {});
  }
}

/** Ops of a lowered graph that the native library does not have. */
export const missingOps = (graph: Graph): string[] => [
  ...new Set(
    graph.nodes.map((n) => n.op.name).filter((name) => !["param", "const"].includes(name) && !nativeOps[name]),
  ),
];
