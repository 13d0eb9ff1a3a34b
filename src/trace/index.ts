export { type Concrete, type JitOptions, type Jitted, jit } from "./jit.ts";
export * as nn from "./nn/index.ts";
export * as ops from "./ops/index.ts";
export * from "./ops/index.ts";
export { type Floating, type Quantized, SymFloatTensor, SymQTensor, SymTensor, type Tensor } from "./symbolic.ts";
export { type InputExample, type InputType, type Traceable, type TraceOptions, trace } from "./trace.ts";
export { defaultEngine, type Engine } from "./tracing.ts";
export type { Tree } from "./tree.ts";
