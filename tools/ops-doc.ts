/** The text of docs/ops.md: what the importers support, from the tables that they work by. */
import { rows } from "../src/import/onnx/ops/index.ts";
import { customConversions } from "../src/import/tflite/ops/detection.ts";
import { conversions } from "../src/import/tflite/ops/index.ts";
import type { Conversion } from "../src/import/tflite/ops/table.ts";
import { operatorNames } from "../src/import/tflite/schema.ts";

const columns = ["INT8", "UINT8", "INT16", "FLOAT32", "INT32", "INT64", "BOOL"] as const;

/** One operator's row: a mark for each element type of its data operand, other types and limits in words. */
function row(name: string, c: Conversion): string {
  const marks = columns.map((t) => (c.types.includes(t) ? "yes" : ""));
  const others = c.types.filter((t) => !columns.includes(t as (typeof columns)[number]));
  const notes = [...(others.length ? [`also ${others.join(", ")}`] : []), ...(c.limits ? [`not: ${c.limits}`] : [])];
  return `| ${[name, ...marks, notes.join("; ")].join(" | ")} |`;
}

/** The ONNX part: each operator's versions and the element types of its first input. */
function onnx(): string[] {
  const lines = Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, r]) => {
      const [first, last] = r.versions;
      return `| ${name} | ${last === undefined ? `${first}+` : `${first}-${last}`} | ${r.types.join(", ")} | ${r.limits ? `not: ${r.limits}` : ""} |`;
    });
  return [
    "## ONNX",
    "",
    "By the versions of the operator set and the element types of the first input (of operators without inputs: the result).",
    "",
    "| operator | versions | types | notes |",
    "|---|---|---|---|",
    ...lines,
  ];
}

/** The page. */
export function opsDoc(): string {
  const supported = Object.entries({ ...conversions, ...customConversions }).sort(([a], [b]) => (a < b ? -1 : 1));
  const missing = operatorNames
    .filter((name) => !Object.hasOwn(conversions, name) && !/^(CUSTOM|DELEGATE|PLACEHOLDER.*)$/.test(name))
    .sort();
  const lines = [
    "# Supported operators",
    "",
    "Generated from the importers' tables (`tools/ops-doc.ts`); a test keeps it true. `qjit check MODEL` says how each",
    "operator of a model will run, and names everything unsupported at once.",
    "",
    "## TFLite",
    "",
    "By element type of the data operand. INT4 weights of convolutions and fully connected layers are unpacked to INT8, and",
    "FLOAT16 constants are read as FLOAT32. Axes, shapes and paddings must be constant or computed from constants.",
    "",
    `| operator | ${columns.join(" | ")} | notes |`,
    `|---|${columns.map(() => "---|").join("")}---|`,
    ...supported.map(([name, c]) => row(name, c)),
    "",
    `Not supported: ${missing.join(", ")}, and custom operators other than the above.`,
    "",
    ...onnx(),
  ];
  return `${lines.join("\n")}\n`;
}
