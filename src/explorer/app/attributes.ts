/** Attributes as text, and what a pass changed in a value. */
import type { DumpNode } from "../document.ts";
import { typeText } from "../groups.ts";
import { digits, h } from "./dom.ts";
import type { Model } from "./model.ts";
import { rows, section } from "./values.ts";

export function attributesOf(model: Model, node: DumpNode): HTMLElement | null {
  const entries = Object.entries(node.attributes);
  if (!entries.length) return null;
  return section("Attributes", rows(entries.map(([key, value]) => [key, attribute(model, value)])));
}

/** A value of an attribute as text; lists by channel are named by their length and bounds. */
function attributeText(model: Model, value: unknown): string {
  const text = (v: unknown): string => {
    if (typeof v === "number") return digits(v, 9);
    if (Array.isArray(v))
      return v.every((x) => typeof x !== "object") ? `[${v.map(text).join(", ")}]` : v.map(text).join(", then ");
    if (typeof v !== "object" || v === null) return String(v);
    const o = v as Record<string, unknown>;
    if (typeof o.list === "number") {
      const numbers = model.document.lists[o.list].map(Number);
      return `${numbers.length} numbers, ${digits(Math.min(...numbers), 6)} … ${digits(Math.max(...numbers), 6)}`;
    }
    if (typeof o.rule === "string") {
      const constants = [o.a, o.b, o.k].filter((x) => x !== undefined && !(Array.isArray(x) && x.length === 0));
      return `${o.rule}(${constants.map(text).join("; ")})`;
    }
    const { kind, ...rest } = o;
    const inner = Object.entries(rest).map(([k, x]) => `${k} ${text(x)}`);
    return `${kind ?? ""} ${inner.join(", ")}`.trim();
  };
  return text(value);
}

function attribute(model: Model, value: unknown): Node {
  if (Array.isArray(value) && value.some((v) => typeof v === "object"))
    return h(
      "ol",
      { class: "stages" },
      value.map((v) => h("li", {}, h("code", {}, attributeText(model, v)))),
    );
  return h("code", {}, attributeText(model, value));
}

/** What the pass of a stage changed in a value that was there before: op, type, operands and attributes, before and after. */
export function changeOf(model: Model, name: string, stage: number): HTMLElement | null {
  if (!model.stage(stage).changes.changed.has(name)) return null;
  const before = model.stage(stage - 1).byName.get(name)!;
  const after = model.stage(stage).byName.get(name)!;
  const list = changes(model, before, after);
  if (!list.length) return null;
  return section(
    `Changed by ${model.document.stages[stage].name}`,
    h(
      "dl",
      { class: "change" },
      list.map(([what, from, to]) => [
        h("dt", {}, what),
        h("dd", {}, from ? h("del", {}, from) : null, to ? h("ins", {}, to) : null),
      ]),
    ),
  );
}

function changes(model: Model, before: DumpNode, after: DumpNode): [string, string, string][] {
  const list: [string, string, string][] = [];
  const compare = (what: string, from: string, to: string) => {
    if (from !== to) list.push([what, from, to]);
  };
  compare("op", before.op, after.op);
  compare("type", typeText(before, model.document), typeText(after, model.document));
  const operand = (n: DumpNode, slot: string) => [n.operands[slot] ?? []].flat().join(", ");
  for (const slot of keysOf(before.operands, after.operands))
    compare(slot, operand(before, slot), operand(after, slot));
  const attribute = (n: DumpNode, key: string) =>
    key in n.attributes ? attributeText(model, n.attributes[key]) || "[]" : "";
  for (const key of keysOf(before.attributes, after.attributes))
    compare(key, attribute(before, key), attribute(after, key));
  return list;
}

const keysOf = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])];
