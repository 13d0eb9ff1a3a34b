/** `qjit ops`: the op table, generated from the declarations. */
import { ArgumentError } from "../errors.ts";
import type { Attr } from "../ir/attr.ts";
import { printNumber } from "../ir/number-text.ts";
import type { Constraint, OpDef, Slots } from "../ir/op.ts";
import { ops } from "../ir/ops/index.ts";
import { didYouMean, exitDone } from "./failure.ts";
import { type Io, styled } from "./io.ts";

/** Options of `qjit ops`. */
export interface OpsOptions {
  readonly json?: boolean;
}

/** Prints all ops, or the one that is named. */
export async function listOps(name: string | undefined, { json }: OpsOptions, io: Io): Promise<number> {
  if (name !== undefined && !ops.has(name)) {
    throw new ArgumentError("OP", `one of ${[...ops.keys()].join(", ")}`, name + didYouMean(name, ops.keys()));
  }
  const listed = [...ops.values()].filter((op) => name === undefined || op.name === name).map(opJson);
  if (json) io.out(`${JSON.stringify({ ops: listed }, null, 2)}\n`);
  else io.out(listed.map((op) => opText(op, io)).join("\n"));
  return exitDone;
}

type OpRow = ReturnType<typeof opJson>;

/** Everything that a declaration states, as data. */
function opJson(op: OpDef) {
  return {
    name: op.name,
    doc: op.doc,
    level: op.level,
    kind: op.kind,
    operands: Object.entries(op.operands as Slots).map(([name, slot]) => ({
      name,
      storages: [...slot.storages],
      optional: slot.optional === true,
      list: slot.list === true,
    })),
    attributes: Object.entries(op.attrs as Record<string, Attr<unknown>>).map(([name, attr]) => ({
      name,
      required: attr.default === undefined,
      default: attr.default === undefined ? null : attr.print(attr.default, inline),
    })),
    result: { storage: storageText(op), quantizer: quantText(op) },
    constraints: ((op.verify ?? []) as Constraint<any, any>[]).map(({ id, says }) => ({
      id: `${op.name}.${id}`,
      says,
    })),
  };
}

const inline = {
  number: printNumber,
  pairs: (a: readonly number[], b?: readonly number[]) => a.map((x, i) => (b ? `${x}:${b[i]}` : String(x))).join(", "),
  data: () => "data",
};

function storageText({ storage }: OpDef): string {
  if (storage === "free") return "stated by the caller";
  if (typeof storage === "string") return storage;
  return typeof storage === "function" ? "computed from the operands" : `that of ${storage.sameAs}`;
}

function quantText({ quant }: OpDef): string {
  if (quant === "free") return "stated by the caller";
  if (quant === "none") return "none";
  if ("sameAs" in quant) return `that of ${quant.sameAs}`;
  if ("scaleOf" in quant) return `the scale of ${quant.scaleOf}, zero point 0`;
  return `the product of ${quant.product.join(" and ")}`;
}

function opText(op: OpRow, io: Io): string {
  const operands = op.operands.map(
    (o) => `${o.name}${o.optional ? "?" : ""}: ${o.storages.join("|")}${o.list ? " (a list)" : ""}`,
  );
  const attributes = op.attributes.map((a) => (a.required ? a.name : `${a.name} = ${a.default}`));
  const lines = [
    `${styled(io, "bold", op.name)}  ${styled(io, "dim", `${op.kind}, level ${op.level}`)}`,
    `  ${op.doc}`,
    ...(operands.length ? [`  operands    ${operands.join(", ")}`] : []),
    ...(attributes.length ? [`  attributes  ${attributes.join(", ")}`] : []),
    `  result      storage: ${op.result.storage}; quantizer: ${op.result.quantizer}`,
    ...op.constraints.map((c) => `  wants       ${c.says} [${c.id}]`),
  ];
  return `${lines.join("\n")}\n`;
}
