/** Results of a run as people read them. */
import { ModelError } from "../errors.ts";
import { printType } from "../ir/print.ts";
import { sizeOf, type TensorType, type TypedArray } from "../ir/type.ts";
import { table } from "./io.ts";
import type { Port } from "./ports.ts";

const shown = 5;

/** The class names of a labels file: one per line, line 0 first. */
export function readLabels(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** Whether a result is one vector: a single axis is longer than 1. */
const isVector = ({ shape }: TensorType) => shape.filter((d) => d > 1).length === 1;

/** Throws ModelError unless some output is a vector with as many elements as there are labels. */
export function checkLabels(labels: readonly string[], outputs: readonly Port[], file: string): void {
  if (outputs.some((o) => isVector(o.type) && sizeOf(o.type.shape) === labels.length)) return;
  const found = outputs.map((o) => `${o.name} ${printType(o.type)}`).join(", ");
  throw new ModelError(file, `has ${labels.length} labels, but no output has a value for each: ${found}`);
}

/** An output as a few lines: the greatest five of a vector, the first few and the range of anything else. */
export function summary(index: number, port: Port, data: TypedArray, labels?: readonly string[]): string {
  const head = `out${index} ${port.name}: ${printType(port.type)}\n`;
  if (!isVector(port.type)) return head + values(data);
  const named = labels?.length === data.length ? labels : undefined;
  const order = Array.from(data as Int8Array, (_, i) => i).sort((a, b) => Number(data[b]) - Number(data[a]) || a - b);
  const rows = order.slice(0, shown).map((i) => {
    const real = realText(port.type, Number(data[i]));
    return ["", `[${i}]`, text(data[i]), ...(real === undefined ? [] : [real]), ...(named ? [named[i]] : [])];
  });
  return head + table(rows, { right: [1, 2, 3] });
}

/** The real number that a stored one stands for, if the type says. */
function realText({ quant }: TensorType, stored: number): string | undefined {
  return quant?.kind === "tensor" ? (quant.scale * (stored - quant.zero)).toPrecision(4) : undefined;
}

/** A stored value; a float with 6 digits. */
const text = (v: number | bigint) =>
  Number.isInteger(v) || typeof v === "bigint" ? String(v) : String(Number(v.toPrecision(6)));

function values(data: TypedArray): string {
  const first = Array.from((data as Int8Array).subarray(0, 8), text).join(", ");
  if (data.length <= 8) return `  [${first}]\n`;
  let min: number | bigint = data[0];
  let max: number | bigint = data[0];
  for (const v of data as Int8Array) {
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return `  from ${text(min)} to ${text(max)}: [${first}, ...]\n`;
}
