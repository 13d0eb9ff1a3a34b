/** The native back end under test, and what its tests share. */
import { fileURLToPath } from "node:url";
import { test } from "vitest";
import { loadNative, type NativeAddon } from "../../runtime/native.ts";
import { serializeNative } from "../../src/codegen/native/serialize.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { allocate, sizeOf, type TypedArray } from "../../src/ir/type.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";

const state = await loadNative();

/** The addon, or undefined where it is not built. */
export const addon: NativeAddon | undefined = state.addon;

/** The addon's file where it was built in this checkout, for scripts that load it by themselves. */
export const addonPath = fileURLToPath(new URL("../../build/native/Release/qjit.node", import.meta.url));

/** Instruction sets to test: all that this CPU has. */
export const levels: readonly string[] = addon?.levels ?? [];

/** Says aloud what is not tested here. */
export function reportMissing(): void {
  if (!addon) test.skip(`skipped: ${(state as { reason: string }).reason}`, () => {});
  for (const level of ["avx2", "avxvnni", "avx512vnni"]) {
    if (addon && !levels.includes(level)) test.skip(`skipped: this CPU has no ${level}`, () => {});
  }
}

/** A graph in the native library: its outputs for inputs, at one instruction set. */
export interface NativeRun {
  /** The instruction set, and the threads if there are several. */
  readonly name: string;
  run(inputs: readonly TypedArray[]): TypedArray[];
  dispose(): void;
}

/** A graph at each instruction set; at the best one also on three threads. None without the addon. */
export function nativeRuns(graph: Graph, on: readonly string[] = levels): NativeRun[] {
  if (!addon) return [];
  const { bytes } = serializeNative(runPipeline(graph));
  const best = levels[levels.length - 1];
  return on.flatMap((level) =>
    (level === best ? [1, 3] : [1]).map((threads): NativeRun => {
      const program = new addon.NativeProgram(bytes, level, threads);
      return {
        name: `native ${level}${threads > 1 ? ` on ${threads} threads` : ""}`,
        run(inputs) {
          const outputs = graph.outputs.map((o) => allocate(o.node.type.storage, sizeOf(o.node.type.shape)));
          program.runSync(inputs, outputs);
          return outputs;
        },
        dispose: () => program.dispose(),
      };
    }),
  );
}

/** The outputs of a graph for inputs at each instruction set. */
export function onNative(graph: Graph, inputs: readonly TypedArray[]): { name: string; outputs: TypedArray[] }[] {
  return nativeRuns(graph).map(({ name, run, dispose }) => {
    const outputs = run(inputs);
    dispose();
    return { name, outputs };
  });
}
