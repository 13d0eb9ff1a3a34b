/** Faults that tests plant: in a rule of the pipeline, in a kernel of a plan, in the memory of a plan. */
import type { Plan, Step } from "../../src/codegen/plan.ts";
import { constant } from "../../src/ir/ops/source.ts";
import { sizeOf, storages, type TypedArray } from "../../src/ir/type.ts";
import { type Pass, rulePass } from "../../src/passes/pass.ts";
import type { Rule } from "../../src/passes/rewrite.ts";

/** Passes of which one rule is replaced, with a count of how often it has fired in this run. */
export function withRule(
  passes: readonly Pass[],
  name: string,
  replace: (rule: Rule, firing: () => number) => Rule["apply"],
): Pass[] {
  return passes.map((pass) => {
    if (!pass.rules.some((r) => r.name === name)) return pass;
    let fired = 0;
    const rules = pass.rules.map((rule) =>
      rule.name === name ? { ...rule, apply: replace(rule, () => ++fired) } : rule,
    );
    const faulty = rulePass(pass.name, pass.doc, rules, pass.required ? { required: true } : {});
    return {
      ...faulty,
      run(graph, context) {
        fired = 0;
        return faulty.run(graph, context);
      },
    };
  });
}

/** Passes of which one rule, the `nth` time it fires, gives a constant in place of what it should. */
export const withFaultyRule = (passes: readonly Pass[], name: string, nth: number, value: number): Pass[] =>
  withRule(passes, name, (rule, firing) => (node, b) => {
    const to = rule.apply(node, b);
    if (!to || to === node || firing() !== nth) return to;
    const { array } = storages[to.type.storage];
    const data: TypedArray = new array(sizeOf(to.type.shape));
    if (data instanceof BigInt64Array) data.fill(BigInt(value));
    else data.fill(value);
    return { op: constant, in: {}, attrs: { value: data }, type: to.type, name: to.name };
  });

/** A plan of which one step's kernel flips bits of the byte at `offset` from its first argument, its result, once it is done. */
export const withFaultyKernel =
  (name: string, offset = 0) =>
  (plan: Plan): Plan =>
    withStep(plan, name, (step) => ({
      ...step,
      key: `${step.key} faulty`,
      kernel: {
        ...step.kernel,
        emit(f, node, target) {
          step.kernel.emit(f, node, target);
          const at = () => f.m.i32.const(step.result.at + offset);
          f.do(f.m.i32.store8(0, 1, at(), f.m.i32.xor(f.m.i32.load8_u(0, 1, at()), f.m.i32.const(0x55))));
        },
      },
    }));

const withStep = (plan: Plan, name: string, change: (step: Step) => Step): Plan => ({
  ...plan,
  steps: plan.steps.map((s) => (s.name === name ? change(s) : s)),
});
