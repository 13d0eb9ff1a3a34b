/**
 * ONNX's node tests (../shared/golden/onnx-node, or QJIT_GOLDEN_DIR): interpreted, integers exactly and floats within
 * the tolerance of ONNX's own runner; compiled to WebAssembly and native, the interpreter's bits. Element types that qjit does not have
 * must be refused by name. A table of what passed and what was refused goes to the console.
 */
import { afterAll, expect, test } from "vitest";
import { importOnnx, UnsupportedModel } from "../../src/import/onnx/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { sameShape } from "../../src/ir/type.ts";
import { onNative, reportMissing } from "../native/native.ts";
import { differences, importCase, nodeCases } from "../onnx-node.ts";
import { differences as exactly } from "../run/ways.ts";
import { describeGolden } from "../vectors.ts";
import { onWasm } from "../wasm.ts";

reportMissing();

describeGolden("onnx-node", (dir) => {
  const tally = new Map<string, { pass: number; refused: number; fail: number }>();
  const of = (op: string) => {
    if (!tally.has(op)) tally.set(op, { pass: 0, refused: 0, fail: 0 });
    return tally.get(op)!;
  };
  for (const c of nodeCases(dir)) {
    test(c.name, async () => {
      const counts = of(c.op);
      counts.fail++;
      if (c.foreign.length > 0) {
        const refuse = () => importOnnx(c.bytes);
        expect(refuse).toThrow(UnsupportedModel);
        expect(refuse).toThrow(new RegExp(c.foreign.join("|")));
        counts.refused++;
      } else {
        const { graph, inputs } = importCase(c);
        const want = c.outputs();
        const found = interpret(graph, inputs);
        graph.outputs.forEach(({ node }, i) => {
          expect(sameShape(node.type.shape, want[i].shape), `shape [${node.type.shape}] of ${want[i].shape}`).toBe(
            true,
          );
          expect(differences(found[i], want[i].data)).toEqual([]);
        });
        for (const { name, outputs } of await onWasm(graph, inputs))
          for (const [i, y] of outputs.entries()) expect(bits(y), name).toEqual(bits(found[i]));
        for (const { name, outputs } of onNative(graph, inputs))
          for (const [i, y] of outputs.entries()) expect(exactly(y, found[i]), name).toEqual([]);
        counts.pass++;
      }
      counts.fail--;
    });
  }
  afterAll(() => {
    const line = (op: string, n: { pass: number; refused: number; fail: number }) =>
      `${op.padEnd(24)}${String(n.pass).padStart(5)} passed${String(n.refused).padStart(4)} refused${String(n.fail).padStart(4)} failed`;
    const total = { pass: 0, refused: 0, fail: 0 };
    for (const n of tally.values()) for (const k of ["pass", "refused", "fail"] as const) total[k] += n[k];
    const lines = [...tally].sort(([a], [b]) => (a < b ? -1 : 1)).map(([op, n]) => line(op, n));
    console.log([...lines, line("all", total)].join("\n"));
  });
});

const bits = (a: ArrayBufferView): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
