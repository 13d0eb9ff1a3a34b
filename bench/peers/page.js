/** What runs in the page: LiteRT.js and a compiled model of qjit, on the same input, in turns. */
import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";
import { difference } from "./statistics.mjs";
import { takeTurns } from "./turns.mjs";

const arrays = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  f32: Float32Array,
  u8: Uint8Array,
  i8: Int8Array,
};

/** Pixels that both sides see: bytes, or the same as numbers from 0 to 1. */
function pixels(dtype, size) {
  const integer = !/^f/.test(dtype);
  return Float32Array.from({ length: size }, (_, i) => (((i * 2654435761) >>> 13) & 255) / (integer ? 1 : 255));
}
const inputFor = (dtype, size) => {
  const values = pixels(dtype, size);
  return arrays[dtype].from(values, (v) => (dtype === "int8" || dtype === "i8" ? v - 128 : v));
};

/** LiteRT.js on one thread of XNNPACK. Its input is made once; its output is copied out and freed in each run, as it must be. */
async function litert(file) {
  await loadLiteRt("/peers/@litertjs/core/wasm/");
  const model = await loadAndCompile(file, { accelerator: "wasm", cpuOptions: { numThreads: 1 } });
  const inputs = model.getInputDetails().map(({ dtype, shape }) => {
    const size = shape.reduce((n, d) => n * d, 1);
    if (!arrays[dtype]) throw new Error(`LiteRT.js has no tensors of ${dtype}`);
    return new Tensor(inputFor(dtype, size), [...shape]);
  });
  let output;
  return {
    run: async () => {
      const results = await model.run(inputs);
      output = results[0].toTypedArray().slice();
      for (const result of results) result.delete();
    },
    output: () => output,
  };
}

/** The compiled model, through its loader. */
async function qjit() {
  const { load } = await import("/artefact/model.mjs");
  const program = await load();
  const inputs = program.inputs.map(({ dtype, shape }) =>
    inputFor(
      dtype,
      shape.reduce((n, d) => n * d, 1),
    ),
  );
  let output;
  return {
    level: program.description.level,
    dot: program.description.dot,
    run: async () => {
      [output] = program.runSync(inputs);
    },
    output: () => output,
  };
}

globalThis.compare = async (effort) => {
  const theirs = await litert("/theirs.tflite");
  const ours = await qjit();
  const pairs = await takeTurns(ours, theirs, effort);
  return { pairs, level: `${ours.level}, dot ${ours.dot}`, same: difference(ours.output(), theirs.output()) };
};
