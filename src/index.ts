/** The public surface. */
export { type CompileOptions, compile, type Port, type Program, type Target } from "./compile.ts";
export { importOnnx, type OnnxOptions, UnsupportedModel } from "./import/onnx/index.ts";
export { importTflite } from "./import/tflite/index.ts";
export { Graph, type Node, type Output } from "./ir/graph.ts";
export { interpret } from "./ir/interpret.ts";
export { ParseError } from "./ir/lex.ts";
export { parse } from "./ir/parse.ts";
export { print } from "./ir/print.ts";
export type { TensorType, TypedArray } from "./ir/type.ts";
export { VerifyFailure, verified, verify } from "./ir/verify.ts";
export { pipeline, runPipeline } from "./passes/pipeline.ts";
export { releaseMemory } from "./release-memory.ts";
export * from "./tensor/index.ts";
export * from "./trace/index.ts";
// Both rooms have one; that of trace takes traced tensors too.
export { quantize } from "./trace/ops/convert.ts";
