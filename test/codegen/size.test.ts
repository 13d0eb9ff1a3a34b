/** What compiled files weigh: code beside the weights, the loader; and that kernels of one signature are one function. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { artefactFiles } from "../../src/codegen/artefact.ts";
import { build } from "../../src/codegen/build.ts";
import { importOnnx } from "../../src/import/onnx/index.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { parse } from "../../src/ir/parse.ts";

const root = path.resolve(import.meta.dirname, "../..");
const models = process.env.QJIT_MODELS_DIR ?? path.join(root, "../shared/models");

/** Bytes of each function of a module. */
function functionBytes(wasm: Uint8Array): number[] {
  let at = 8;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < wasm.length) {
    const code = wasm[at++] === 10;
    const bytes = varint();
    if (code) {
      return Array.from({ length: varint() }, () => {
        const size = varint();
        at += size;
        return size;
      });
    }
    at += bytes;
  }
  return [];
}

const levels = [
  { level: "simd128", dot: "inexact" },
  { level: "relaxed", dot: "unsigned" },
  { level: "relaxed", dot: "inexact" },
  { level: "relaxed", dot: "saturating" },
] as const;

for (const file of [
  "pytorch-export/mobilenet_v2_qdq.onnx",
  "tf2_mobilenet_v2_1.0_224_ptq.tflite",
  "mobilenet_v2_1.0_224_quant.tflite",
]) {
  const there = existsSync(path.join(models, file));
  describe.skipIf(!there)(`${path.basename(file)}${there ? "" : " (skipped: it is not there)"}`, () => {
    const graph = () => {
      const bytes = readFileSync(path.join(models, file));
      return file.endsWith(".onnx") ? importOnnx(bytes, { numerics: "ort" }) : importTflite(bytes);
    };

    test.each(levels)("has below 150 KB of code: $level, dot $dot", async (target) => {
      const { wasm } = await build(graph(), target, { compact: true });
      const code = functionBytes(wasm).reduce((a, b) => a + b);
      expect(code).toBeLessThan(150_000);
    });
  });
}

const net = (zeros: readonly [number, number, number], high: number) => `
func @net(%x: i8[1,8,8,16]<0.02:${zeros[0]}>) {
  %w: i8[16,3,3,16]<#w @0> = const(value=data)
  %b: i32[16]<0.02 * #w @0> = const(value=data)
  %a: i32[1,8,8,16]<0.02 * #w @3> = conv2d(%x, %w, bias=%b, pad=[1, 1, 1, 1])
  %y: i8[1,8,8,16]<0.03:${zeros[1]}> = requantize(%a, by=f32_rne(#m), clamp=[-128, ${high}])
  %v: i8[16,3,3,16]<#v @0> = const(value=data)
  %c: i32[1,8,8,16]<0.03 * #v @3> = conv2d(%y, %v, bias=%b2, pad=[1, 1, 1, 1])
  %z: i8[1,8,8,16]<0.05:${zeros[2]}> = requantize(%c, by=f32_rne(#n), clamp=[-128, 100])
  return %z
}`;

test("convolutions of one shape share a function, whatever their zero points, bounds, factors and weights are", async () => {
  const bytes = (n: number, k: number) => Buffer.from(Int8Array.from({ length: n }, (_, i) => (i * k) % 127));
  const scales = (s: number) => Array.from({ length: 16 }, (_, i) => s + i / 1024).join(", ");
  const factors = (s: number) => Array.from({ length: 16 }, (_, i) => Math.fround(s + i / 65536)).join(", ");
  const text = `${net([3, -7, 5], 90).replace("%b: i32", "%b2: i32[16]<0.03 * #v @0> = const(value=data)\n  %b: i32")}

#w = [${scales(0.5)}]
#v = [${scales(0.25)}]
#m = [${factors(0.001)}]
#n = [${factors(0.002)}]

data %w = "${bytes(16 * 9 * 16, 31).toString("base64")}"
data %v = "${bytes(16 * 9 * 16, 53).toString("base64")}"
data %b = "${Buffer.alloc(64).toString("base64")}"
data %b2 = "${Buffer.alloc(64).toString("base64")}"
`;
  for (const target of levels) {
    const { plan } = await build(parse(text), target);
    const { steps } = plan;
    expect(steps.map((s) => s.node.op.name)).toEqual(["k.conv", "k.conv"]);
    expect(steps[1].key).toBe(steps[0].key);
    expect(steps[1].args).not.toEqual(steps[0].args);
  }
});

test("the loader is below 10 KB", async () => {
  const graph = parse("func @f(%x: i8[4]<0.5>) {\n  return %x\n}");
  const builds = [await build(graph, levels[1]), await build(graph, levels[0])];
  const loader = artefactFiles("model", builds).find((f) => f.name === "model.mjs")!;
  expect(Buffer.byteLength(loader.content as string)).toBeLessThan(10_000);
});
