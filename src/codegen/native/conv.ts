/** Convolutions and products as steps: geometry, constants, the stages of the epilogue, and the float formulas proven equal to it. */
import type { Epilogue } from "../../ir/epilogue.ts";
import type { Node } from "../../ir/graph.ts";
import { constantOf } from "../../ir/ops/source.ts";
import { sizeOf, type TensorType, zeroOf } from "../../ir/type.ts";
import { convOf } from "../wasm/kernels/conv-geometry.ts";
import { type ChannelPlan, type FinishPlan, finishPlan } from "../wasm/requantize-plan.ts";
import { type StepContext, writeAddition, writeOperand, writeRescale, writeTensor } from "./step.ts";

const stageNumbers = { requantize: 0, add: 1, table: 2, clamp: 3 } as const;

/** The zero points of the weights: one, or one for each output channel. */
function weightZeros({ quant }: TensorType): readonly number[] {
  if (quant?.kind === "axis") return quant.channels.zeros;
  return [quant?.kind === "tensor" ? quant.zero : 0];
}

/** Writes a k.conv, k.gemm, conv2d or linear. A product goes as a convolution of images of one pixel. */
export function writeConv(c: StepContext, node: Node): void {
  const { x, w, bias, residual, table } = node.in as Record<string, Node>;
  const attrs = node.attrs as Record<string, any>;
  const product = w.type.shape.length === 2;
  const depth = x.type.shape[x.type.shape.length - 1];
  const rows = depth ? sizeOf(x.type.shape) / depth : 0;
  const o = w.type.shape[0];
  writeTensor(c, x, product ? [rows, 1, 1, depth] : x.type.shape);
  writeOperand(c, w, product ? [o, 1, 1, depth] : w.type.shape);
  c.w.flag(bias !== undefined);
  if (bias) writeOperand(c, bias);
  c.w.flag(residual !== undefined);
  if (residual) writeTensor(c, residual);
  const entries = constantOf(table);
  c.w.int(!table ? 0 : entries ? 1 : 2);
  if (table && !entries) writeTensor(c, table);
  if (entries) c.w.doubles(Array.from(entries as Int8Array, Number));
  writeTensor(c, node, product ? [rows, 1, 1, o] : node.type.shape);
  if (product) c.w.int(1, 1, 0, 0, 0, 0, 1, 1);
  else c.w.int(...attrs.stride, ...attrs.pad, ...attrs.dilation);
  const float = x.type.storage === "f32";
  c.w.double(float ? 0 : zeroOf(x.type)).doubles(float ? [0] : weightZeros(w.type));
  c.w.flag(attrs.sums === "i64" && !float);
  const epilogue: Epilogue = attrs.epilogue ?? [];
  writeStages(c, epilogue);
  c.w.double(residual ? zeroOf(residual.type) : 0);
  const g = epilogue.length ? convOf(node) : undefined;
  const plan = g && finishPlan(g, true);
  c.w.flag(plan?.requantize !== undefined);
  if (plan?.requantize) writeFormula(c, plan);
}

function writeStages(c: StepContext, epilogue: Epilogue): void {
  c.w.int(epilogue.length);
  for (const stage of epilogue) {
    c.w.int(stageNumbers[stage.kind]);
    if (stage.kind === "requantize") writeRescale(c, stage.by);
    if (stage.kind === "add") writeAddition(c, stage.by);
    if (stage.kind === "table") c.w.double(0, stage.lowest, stage.lowest + 255);
    else c.w.double(stage.kind === "clamp" ? 0 : stage.zero, ...stage.clamp);
  }
}

/** The proven formulas; see native/kernels/conv/conv.h. */
function writeFormula(c: StepContext, plan: FinishPlan): void {
  const { form, zero, stage } = plan.requantize!;
  c.w.flag(form === "away").double(zero, ...stage.clamp);
  // The library has the constants of rules that are the formula themselves.
  const natural = stage.by.rule === "f32_rne" || stage.by.rule === "f32_rne_zp";
  c.w.flag(natural);
  if (!natural) writeChannels(c, plan.requantize!.channels);
  c.w.flag(plan.add !== undefined);
  if (!plan.add) return;
  const { fit, residualSigned } = plan.add;
  c.w.flag(residualSigned).flag(fit !== undefined);
  if (fit) c.w.double(fit.a, fit.b, fit.c, fit.away);
  c.w.double(plan.add.stage.zero, ...plan.add.stage.clamp);
}

/** The formula of each channel that has one; those in doubles next to them where every channel has constants. */
function writeChannels(c: StepContext, channels: readonly ChannelPlan[]): void {
  const n = channels.length;
  const [has, shift, scale, offset] = [new Uint8Array(n), new Int32Array(n), new Float32Array(n), new Float32Array(n)];
  for (let k = 0; k < n; k++) {
    const { fit } = channels[k];
    if (!fit) continue;
    has[k] = 1;
    shift[k] = fit.shift;
    scale[k] = fit.scale;
    offset[k] = fit.offset;
  }
  c.w.constant("u8", has).constant("i32", shift).constant("f32", scale).constant("f32", offset);
  // Blocks with a channel that f32 does not reach use the formula in doubles.
  const wide = channels.some((k) => !k.fit) ? channels.map((k) => k.wide) : [];
  const all = wide.length > 0 && wide.every((k) => k !== undefined);
  c.w.flag(all);
  if (all) c.w.doubles(wide.map((k) => k!.scale)).doubles(wide.map((k) => k!.offset));
}
