/**
 * A graph as text. The text is the second form of the IR, not a debug print: `parse(print(g))` is `g`. A line reads
 * `%name: type = op(operands, key=value)`; docs/architecture.md has the grammar.
 */
import type { Attr, AttrPrinter } from "./attr.ts";
import { toBase64 } from "./base64.ts";
import { type Graph, type Node, operandsOf, uniqueNames } from "./graph.ts";
import { printNumber } from "./number-text.ts";
import type { Slots } from "./op.ts";
import type { DataPrinter } from "./ops/source.ts";
import { param } from "./ops/source.ts";
import { type Channels, type Quant, sameChannels, type TensorType, type TypedArray } from "./type.ts";

/** How to print: `data: false` leaves out the section of long constants, which reads better and does not parse back. */
export interface PrintOptions {
  readonly data?: boolean;
}

const inlineValues = 8;
const inlinePairs = 2;

/** The text of a graph. */
export function print(graph: Graph, options: PrintOptions = {}): string {
  const names = new Vectors(graph);
  const sections: string[] = [];
  const lines = graph.nodes
    .filter((n) => n.op !== param)
    .map((n) => `  ${printNode(n, graph, names, (text) => sections.push(text))}`);
  const params = graph.params.map((p) => `${nameText("%", graph.nameOf(p))}: ${typeText(p.type, names)}`).join(", ");
  const meta = Object.entries(graph.meta).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
  const results = graph.outputs.map(({ name, node }) => {
    const text = nameText("%", graph.nameOf(node));
    return name === graph.nameOf(node) ? text : `${text} as ${JSON.stringify(name)}`;
  });
  const head = `func ${nameText("@", graph.name)}(${params})${meta.length ? ` {${meta.join(", ")}}` : ""} {`;
  const body = [head, ...lines, `  return ${results.join(", ")}`, "}"].join("\n");
  const vectors = names.definitions();
  const data = options.data === false ? [] : sections;
  return `${[body, ...(vectors.length ? [vectors.join("\n")] : []), ...(data.length ? [data.join("\n")] : [])].join("\n\n")}\n`;
}

/** The text of a type by itself; channel quantizers appear by name. */
export function printType(type: TensorType): string {
  return typeText(type, { channels: (c) => c.name });
}

function printNode(node: Node, graph: Graph, names: Vectors, section: (text: string) => void): string {
  const id = nameText("%", graph.nameOf(node));
  const to: AttrPrinter & DataPrinter = {
    number: printNumber,
    pairs: (a, b, hint) => names.pairs(a, b, `${graph.nameOf(node)}.${hint}`),
    data(value) {
      if (value.length <= inlineValues) return `[${Array.from(value as Int8Array, (v) => valueText(v)).join(", ")}]`;
      section(`data ${id} = "${toBase64(bytesOf(value))}"`);
      return "data";
    },
  };
  const parts: string[] = [];
  for (const [key, slot] of Object.entries(node.op.operands as Slots)) {
    const operand = node.in[key];
    if (operand === undefined) continue;
    const refs = (Array.isArray(operand) ? operand : [operand]).map((n: Node) => nameText("%", graph.nameOf(n)));
    parts.push(slot.list ? `[${refs.join(", ")}]` : slot.optional ? `${key}=${refs[0]}` : refs[0]);
  }
  for (const [key, attr] of Object.entries(node.op.attrs as Record<string, Attr<unknown>>)) {
    const text = attr.print(node.attrs[key], to);
    if (attr.default !== undefined && attr.print(attr.default, to) === text) continue;
    parts.push(`${key}=${text}`);
  }
  return `${id}: ${typeText(node.type, names)} = ${node.op.name}(${parts.join(", ")})`;
}

const valueText = (v: number | bigint): string => (typeof v === "bigint" ? String(v) : printNumber(v));

/** `%name`, quoted where it has other characters than letters, digits and `_ . $ / -`. */
export function nameText(sigil: string, name: string): string {
  return sigil + (/^[\w.$/-]+$/.test(name) && !(sigil === "@" && /^\d/.test(name)) ? name : JSON.stringify(name));
}

/** The raw little-endian bytes of a typed array, not copied. */
export function bytesOf(value: TypedArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
}

function typeText(type: TensorType, names: { channels(c: Channels): string }): string {
  const quant = type.quant ? `<${quantText(type.quant, names)}>` : "";
  return `${type.storage}[${type.shape.join(",")}]${quant}`;
}

function quantText(quant: Quant, names: { channels(c: Channels): string }): string {
  switch (quant.kind) {
    case "tensor":
      return printNumber(quant.scale) + (quant.zero ? `:${quant.zero}` : "");
    case "axis":
      return `${nameText("#", names.channels(quant.channels))} @${quant.axis}`;
    case "product":
      return `${printNumber(quant.a)} * ${
        quant.b.kind === "scale" ? printNumber(quant.b.scale) : quantText(quant.b, names)
      }`;
  }
}

/** The `#name = [...]` lines of a graph: channel quantizers by their own names, constants of rounding rules by node. */
class Vectors {
  readonly #names: Map<Channels, string>;
  readonly #lines = new Map<string, string>();

  constructor(graph: Graph) {
    // Equal quantizers of one name are one definition, wherever the objects came from.
    const distinct: Channels[] = [];
    const alias = new Map<Channels, Channels>();
    for (const node of graph.nodes) {
      for (const { quant } of [node.type, ...operandsOf(node).map((n) => n.type)]) {
        const c =
          quant?.kind === "axis"
            ? quant.channels
            : quant?.kind === "product" && quant.b.kind === "axis"
              ? quant.b.channels
              : undefined;
        if (!c || alias.has(c)) continue;
        const same = distinct.find((d) => d.name === c.name && sameChannels(c, d));
        alias.set(c, same ?? c);
        if (!same) distinct.push(c);
      }
    }
    const unique = uniqueNames(distinct, (c) => c.name);
    this.#names = new Map([...alias].map(([c, d]) => [c, unique.get(d)!]));
    for (const c of distinct)
      this.#define(unique.get(c)!, c.scales, c.zeros.some((z) => z !== 0) ? c.zeros : undefined);
  }

  channels(c: Channels): string {
    return this.#names.get(c)!;
  }

  pairs(a: readonly number[], b: readonly number[] | undefined, hint: string): string {
    if (a.length <= inlinePairs) return pairsText(a, b);
    let name = hint;
    for (let i = 2; this.#lines.has(name); i++) name = `${hint}.${i}`;
    this.#define(name, a, b);
    return nameText("#", name);
  }

  definitions(): string[] {
    return [...this.#lines].map(([name, text]) => `${nameText("#", name)} = [${text}]`);
  }

  #define(name: string, a: readonly number[], b: readonly number[] | undefined): void {
    this.#lines.set(name, pairsText(a, b));
  }
}

function pairsText(a: readonly number[], b: readonly number[] | undefined): string {
  return a.map((x, i) => (b ? `${printNumber(x)}:${printNumber(b[i])}` : printNumber(x))).join(", ");
}
