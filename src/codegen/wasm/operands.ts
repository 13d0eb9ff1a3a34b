/** How plain kernels get at their operands: each operand's address is a parameter, constants come as packs. */
import type { Node } from "../../ir/graph.ts";
import { operandsOf } from "../../ir/graph.ts";
import { constantOf } from "../../ir/ops/source.ts";
import type { TypedArray } from "../../ir/type.ts";
import type { Func, Local } from "./asm.ts";
import type { Pack } from "./kernel.ts";

/** A typed array's bytes. */
export const bytesOf = (data: TypedArray | Float64Array | BigInt64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A pack of numbers. */
export const pack = (data: TypedArray | Float64Array): Pack => ({ bytes: bytesOf(data), align: 16 });

/** The constant operands of a node as packs, in slot order. Rows that use `addresses` give these first. */
export function constantPacks(node: Node): Pack[] {
  return operandsOf(node).flatMap((n) => {
    const value = constantOf(n);
    return value ? [pack(value)] : [];
  });
}

/** The parameters of a plain kernel by what they point at. */
export interface Addresses {
  readonly result: Local;
  /** The address of each operand in slot order, lists flattened, absent ones left out; constant or not. */
  readonly operands: readonly Local[];
  /** Packs after the constant operands. */
  readonly packs: readonly Local[];
  readonly scratch: Local;
}

/** The parameters of a function under construction, for a node whose packs begin with `constantPacks`. */
export function addresses(f: Func, node: Node): Addresses {
  const all = operandsOf(node);
  const variable = all.filter((n) => !constantOf(n)).length;
  let nextVariable = 1;
  let nextConstant = 1 + variable;
  const operands = all.map((n) => f.params[constantOf(n) ? nextConstant++ : nextVariable++]);
  const packs = f.params.slice(nextConstant);
  return { result: f.params[0], operands, packs, scratch: f.params[f.params.length - 1] };
}

/** The type of everything around a node, and its attributes, as text: what the code of a plain kernel depends on. */
export function nodeKey(node: Node): string {
  const operands = operandsOf(node).map((n) => [n.type.storage, n.type.shape, n.type.quant, !!constantOf(n)]);
  const { type } = node;
  return JSON.stringify([node.op.name, operands, node.attrs, type.storage, type.shape, type.quant], (_, v) =>
    typeof v === "number" && (!Number.isFinite(v) || Object.is(v, -0)) ? `${Object.is(v, -0) ? "-0" : v}` : v,
  );
}
