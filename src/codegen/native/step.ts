/** What every op's step is written with. */
import type { Addition, AdditionRule } from "../../ir/addition.ts";
import type { Node } from "../../ir/graph.ts";
import { constantOf } from "../../ir/ops/source.ts";
import type { Rescale, RescaleRule } from "../../ir/rescale.ts";
import type { Place, Writer } from "./writer.ts";

/** What a step is written with. */
export interface StepContext {
  readonly w: Writer;
  /** Where a node's value is while steps run. */
  place(node: Node): Place;
  /** Throws the error that says the native back end cannot compute the node. */
  refuse(why: string): never;
}

const rescaleNumbers = {
  f32_rne: 0,
  f32_rne_zp: 1,
  f32_dequant_quant: 2,
  q31_double: 3,
  q31_single: 4,
  q15_single: 5,
  f64_away: 6,
} as const satisfies Partial<Record<RescaleRule, number>>;

const additionNumbers = {
  f32: 0,
  fixed_away: 1,
  fixed_up: 2,
  q31_three: 3,
  q31_three_sub: 4,
  f32_fma: 5,
} as const satisfies Partial<Record<AdditionRule | "f32_fma", number>>;

/** The number of a rule; refuses one that the library does not have. */
export function numberOf(c: StepContext, numbers: Readonly<Record<string, number>>, name: string): number {
  if (!Object.hasOwn(numbers, name)) c.refuse(`no rule ${name}`);
  return numbers[name];
}

/** A rounding rule with its constants. */
export function writeRescale(c: StepContext, by: Rescale): void {
  c.w
    .int(numberOf(c, rescaleNumbers, by.rule))
    .doubles(by.a)
    .doubles(by.b);
}

/** A rule of addition with its constants. */
export function writeAddition(c: StepContext, by: Addition): void {
  c.w.int(numberOf(c, additionNumbers, by.rule)).double(...by.k);
}

/** An operand or result as a tensor, under its own shape or another of the same size. */
export function writeTensor(c: StepContext, node: Node, shape: readonly number[] = node.type.shape): void {
  c.w.tensor(node.type.storage, shape, c.place(node));
}

/** A constant among those that loading consumes, or a computed operand. */
export function writeOperand(c: StepContext, node: Node, shape: readonly number[] = node.type.shape): void {
  const value = constantOf(node);
  if (value) c.w.constant(node.type.storage, value, shape);
  else writeTensor(c, node, shape);
}
