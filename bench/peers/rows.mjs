/**
 * What is compared. A row is a work, ours and theirs; `bar` and `stretch` are the wanted ratios, theirs to ours, or with
 * `most` the largest figure of ours; `env` is set in the process. `kind` says how it is measured:
 *
 * - `turns`: both in one process, in turns;
 * - `page`: both in one page of headless Chromium, in turns;
 * - `first`: fresh processes in turns, from the model's bytes to the first result; `figure` says what of it counts;
 * - `memory`: fresh processes in turns, the resident set after 100 runs, with `release` once garbage is collected;
 * - `artefact`: fresh processes, from the compiled files on disk to the first result;
 * - `size`: bytes of the compiled files.
 */
const mobilenet = "mobilenet_v2_qdq.onnx";
const resnet18 = "resnet18_qdq.onnx";
const resnet50 = "resnet50_qdq.onnx";
const coral = "tf2_mobilenet_v2_1.0_224_ptq.tflite";
const wasm = { use: "qjit-wasm" };
const native = { use: "qjit-native" };
const web = { use: "onnxruntime-web" };
const node = { use: "onnxruntime-node" };
const two = { threads: 2 };
const revec = { QJIT_REVEC: "1" };
const fp32 = (peer) => ({ ...peer, model: "mobilenet_v2_fp32.onnx" });

const wasmRows = [
  {
    id: "litert-int8",
    work: "MobileNetV2 int8 (Coral), Chromium",
    kind: "page",
    model: coral,
    bar: 1.5,
    stretch: 1.75,
  },
  {
    id: "litert-uint8",
    work: "MobileNetV2 uint8 (Coral), Chromium",
    kind: "page",
    model: "mobilenet_v2_1.0_224_quant.tflite",
    bar: 2.5,
    stretch: 3,
  },
  { id: "web-mobilenet", work: "MobileNetV2 QDQ", ours: wasm, theirs: web, model: mobilenet, bar: 12, stretch: 16 },
  {
    id: "node-mobilenet",
    work: "MobileNetV2 QDQ",
    ours: wasm,
    theirs: node,
    model: mobilenet,
    bar: 1 / 1.3,
    stretch: 1,
  },
  { id: "web-resnet18", work: "ResNet-18 QDQ", ours: wasm, theirs: web, model: resnet18, bar: 3, stretch: 5 },
  {
    id: "web-simd128",
    work: "MobileNetV2 QDQ, simd128, Node 20",
    engine: "node20",
    ours: { ...wasm, features: "simd128" },
    theirs: web,
    model: mobilenet,
    bar: 4,
    stretch: 5,
  },
  {
    id: "threads",
    work: "MobileNetV2 QDQ, 2 threads against 1",
    ours: { ...wasm, ...two },
    theirs: wasm,
    model: mobilenet,
    bar: 1.7,
    stretch: 1.85,
  },
  {
    id: "web-revec",
    work: "MobileNetV2 QDQ, V8's 256-bit vectors (QJIT_REVEC=1)",
    env: revec,
    ours: wasm,
    theirs: web,
    model: mobilenet,
    bar: 12,
    stretch: 16,
  },
  {
    id: "node-revec",
    work: "MobileNetV2 QDQ, V8's 256-bit vectors (QJIT_REVEC=1)",
    env: revec,
    ours: wasm,
    theirs: node,
    model: mobilenet,
    bar: 1 / 1.3,
    stretch: 1,
  },
  {
    id: "web-resnet18-revec",
    work: "ResNet-18 QDQ, V8's 256-bit vectors (QJIT_REVEC=1)",
    env: revec,
    ours: wasm,
    theirs: web,
    model: resnet18,
    bar: 3,
    stretch: 5,
  },
  { id: "web-fp32", work: "MobileNetV2, int8 against fp32", ours: wasm, theirs: fp32(web), model: mobilenet, bar: 1 },
  { id: "node-fp32", work: "MobileNetV2, int8 against fp32", ours: wasm, theirs: fp32(node), model: mobilenet, bar: 1 },
  {
    id: "node-fp32-revec",
    work: "MobileNetV2, int8 against fp32, V8's 256-bit vectors (QJIT_REVEC=1)",
    env: revec,
    ours: wasm,
    theirs: fp32(node),
    model: mobilenet,
    bar: 1,
  },
  {
    id: "litert-fp32",
    work: "ResNet-8 (MLPerf Tiny), int8 against fp32, Chromium",
    kind: "page",
    model: "pretrainedResnet_quant.tflite",
    theirs: { model: "pretrainedResnet.tflite" },
    bar: 1,
  },
];

const nativeRows = [
  { id: "native-mobilenet", work: "MobileNetV2 QDQ", ours: native, theirs: node, model: mobilenet, bar: 2, stretch: 3 },
  {
    id: "native-resnet18",
    work: "ResNet-18 QDQ",
    ours: native,
    theirs: node,
    model: resnet18,
    bar: 1.2,
    stretch: 1.35,
  },
  { id: "native-resnet50", work: "ResNet-50 QDQ", ours: native, theirs: node, model: resnet50, bar: 1.1, stretch: 1.3 },
  {
    id: "native-threads",
    work: "MobileNetV2 QDQ, 2 threads against 2",
    ours: { ...native, ...two },
    theirs: { ...node, ...two },
    model: mobilenet,
    bar: 2,
    stretch: 3,
  },
  {
    id: "native-fp32",
    work: "MobileNetV2, int8 against fp32",
    ours: native,
    theirs: fp32(node),
    model: mobilenet,
    bar: 1,
  },
  {
    id: "native-first",
    work: "MobileNetV2 QDQ, from .onnx to the first result",
    kind: "first",
    ours: native,
    theirs: node,
    model: mobilenet,
    bar: 1,
    stretch: 2,
  },
  {
    id: "native-memory",
    work: "MobileNetV2 QDQ, resident memory",
    kind: "memory",
    ours: native,
    theirs: node,
    model: mobilenet,
    bar: 1,
    stretch: 1.5,
  },
  {
    id: "native-memory-released",
    work: "MobileNetV2 QDQ, resident memory after `releaseMemory()`, garbage collected for both",
    kind: "memory",
    release: true,
    ours: native,
    theirs: node,
    model: mobilenet,
    bar: 1,
    stretch: 1.5,
  },
];

const startRows = [
  {
    id: "wasm-compile",
    work: "MobileNetV2 QDQ from .onnx, Binaryen loaded",
    kind: "first",
    figure: "makeMs",
    ours: wasm,
    model: mobilenet,
    most: 500,
    unit: "ms",
  },
  {
    id: "artefact-first",
    work: "MobileNetV2 QDQ, compiled files to the first result",
    kind: "artefact",
    model: mobilenet,
    most: 40,
    unit: "ms",
  },
  {
    id: "artefact-code",
    work: "MobileNetV2 QDQ, code without weights",
    kind: "size",
    figure: "code",
    model: mobilenet,
    most: 150_000,
    unit: "bytes",
  },
  {
    id: "artefact-loader",
    work: "MobileNetV2 QDQ, loader",
    kind: "size",
    figure: "loader",
    model: mobilenet,
    most: 10_000,
    unit: "bytes",
  },
];

const complete = (row) => ({ kind: "turns", engine: "node24", ...row });

/** The tables of the report. */
export const tables = [
  { title: "WebAssembly, one thread unless said", rows: wasmRows.map(complete) },
  { title: "Native, one thread unless said", rows: nativeRows.map(complete) },
  { title: "Start-up and size", rows: startRows.map(complete) },
];
