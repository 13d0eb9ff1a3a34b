/** Quantized modules by PyTorch's names. */
export * from "./gemm.ts";
export * from "./layers.ts";
export { type LoadOptions, Module, type StateDict, StateReader } from "./module.ts";
