/** Normalisations, out of means and arithmetic: each step is f32, in the order written. */
import type { Node } from "../../../ir/graph.ts";
import { reshape } from "../../../ir/ops/shape.ts";
import { sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { floats } from "../elements.ts";
import { Floats } from "./activation.ts";
import { resultHeld } from "./convert.ts";
import { mean } from "./reduce.ts";
import type { Rows } from "./table.ts";

/** A vector of channels so that it broadcasts over [N, C, spatial ...]. */
const perChannel = (op: Operator, i: number, rank: number): Node => {
  const x = op.input(i);
  const shape = [sizeOf(x.type.shape), ...new Array<number>(Math.max(0, rank - 2)).fill(1)];
  return op.make(reshape, { x }, { shape }, { name: `${op.name}/channel${i}` });
};

/** BatchNormalization: (x - mean) / sqrt(variance + epsilon) * scale + bias, with stored statistics or those of x. */
function batchNorm(op: Operator): void {
  const f = new Floats(op);
  const x = op.input(0);
  const rank = x.type.shape.length;
  const [scale, bias] = [1, 2].map((i) => perChannel(op, i, rank));
  const training = op.int("training_mode", 0) !== 0;
  if (!training && [1, 2, 3, 4].some((i) => op.wants(i))) op.unsupported("running statistics of inference");
  const [average, variance] = training ? batchStatistics(op, x) : [3, 4].map((i) => perChannel(op, i, rank));
  const deviation = f.of("sqrt", f.add(variance, op.float("epsilon", Math.fround(1e-5))));
  resultHeld(op, f.add(f.mul(f.sub(x, average), f.div(scale, deviation)), bias), op.element(0));
}

/** Mean and variance of each channel of a batch; results 1 and 2 are the stored ones moved towards them. */
function batchStatistics(op: Operator, x: Node): Node[] {
  const f = new Floats(op);
  const axes = [...x.type.shape.keys()].filter((d) => d !== 1);
  const average = mean(op, x, axes, true, `${op.name}/mean`);
  const centred = f.sub(x, average);
  const variance = mean(op, f.mul(centred, centred), axes, true, `${op.name}/variance`);
  const momentum = op.float("momentum", Math.fround(0.9));
  [average, variance].forEach((value, k) => {
    const own = op.make(reshape, { x: value }, { shape: [x.type.shape[1]] }, { name: `${op.name}/batch${k}` });
    const moved = f.add(f.mul(op.input(3 + k), momentum), f.mul(own, Math.fround(1 - momentum)));
    resultHeld(op, moved, op.element(3 + k), 1 + k);
  });
  return [average, variance];
}

/** x minus its mean over axes, and divided by its deviation. */
export function standard(op: Operator, x: Node, axes: readonly number[], epsilon: number) {
  const f = new Floats(op);
  const average = mean(op, x, axes, true, `${op.name}/mean`);
  const centred = f.sub(x, average);
  const variance = mean(op, f.mul(centred, centred), axes, true, `${op.name}/variance`);
  const inverse = f.div(1, f.of("sqrt", f.add(variance, epsilon)));
  return { value: f.mul(centred, inverse), average, inverse };
}

export function layerNorm(op: Operator, x: Node): void {
  const f = new Floats(op);
  const rank = x.type.shape.length;
  const axis = op.axis(op.int("axis", -1), rank);
  const axes = [...Array(rank).keys()].slice(axis);
  const { value, average, inverse } = standard(op, x, axes, op.float("epsilon", Math.fround(1e-5)));
  const scaled = f.mul(value, op.input(1));
  resultHeld(op, op.has(2) ? f.add(scaled, op.input(2)) : scaled, op.element(0));
  op.result(average, "FLOAT", 1);
  op.result(inverse, "FLOAT", 2);
}

function instanceNorm(op: Operator): void {
  const f = new Floats(op);
  const x = op.input(0);
  const rank = x.type.shape.length;
  const axes = [...Array(rank).keys()].slice(2);
  const { value } = standard(op, x, axes, op.float("epsilon", Math.fround(1e-5)));
  resultHeld(op, f.add(f.mul(value, perChannel(op, 1, rank)), perChannel(op, 2, rank)), op.element(0));
}

/** GroupNormalization: channels in groups, each group normalised over itself; scale and bias for each channel (since 21) or group. */
function groupNorm(op: Operator): void {
  const f = new Floats(op);
  const x = op.input(0);
  const { shape } = x.type;
  const groups = op.int("num_groups", 0);
  if (groups < 1 || shape[1] % groups !== 0)
    op.fail(`wants ${shape[1]} channels in groups, found num_groups ${groups}`);
  const grouped = [shape[0], groups, sizeOf(shape.slice(1)) / groups];
  const rows = op.make(reshape, { x }, { shape: grouped }, { name: `${op.name}/groups` });
  const { value } = standard(op, rows, [2], op.float("epsilon", Math.fround(1e-5)));
  const affine = (v: Node, rank: number) => f.add(f.mul(v, perChannel(op, 1, rank)), perChannel(op, 2, rank));
  const byGroup = sizeOf(op.input(1).type.shape) === groups && groups !== shape[1];
  const whole = (v: Node) => op.make(reshape, { x: v }, { shape });
  resultHeld(op, byGroup ? whole(affine(value, 3)) : affine(whole(value), shape.length), op.element(0));
}

/** RMSNormalization: x over the root of the mean of its squares. */
function rmsNorm(op: Operator): void {
  const f = new Floats(op);
  const x = op.input(0);
  const rank = x.type.shape.length;
  const axes = [...Array(rank).keys()].slice(op.axis(op.int("axis", -1), rank));
  const squares = mean(op, f.mul(x, x), axes, true, `${op.name}/squares`);
  const root = f.of("sqrt", f.add(squares, op.float("epsilon", Math.fround(1e-5))));
  resultHeld(op, f.mul(f.div(x, root), op.input(1)), op.element(0));
}

export const normRows: Rows = {
  BatchNormalization: { versions: [9], types: floats, convert: batchNorm },
  LayerNormalization: { versions: [1], types: floats, convert: (op) => layerNorm(op, op.input(0)) },
  InstanceNormalization: { versions: [6], types: floats, convert: instanceNorm },
  GroupNormalization: { versions: [18], types: floats, convert: groupNorm },
  RMSNormalization: { versions: [23], types: floats, convert: rmsNorm },
};
