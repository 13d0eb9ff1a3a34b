/** The table of a document's nodes: every form that a value takes over the passes, each once. */
import { type Graph, type Node, typesOf } from "../ir/graph.ts";
import { constantOf } from "../ir/ops/source.ts";
import { byteLength, type Channels, type Quant, sameChannels, type TypedArray } from "../ir/type.ts";
import { describeConstant, plainNumber } from "./constants.ts";
import type { ChannelInfo, ConstantInfo, DumpNode, Plain, QuantizerInfo } from "./document.ts";

/** Lists of at most so many numbers stand in place. */
const inlineNumbers = 8;

export class NodeTable {
  readonly nodes: DumpNode[] = [];
  readonly constants: ConstantInfo[] = [];
  readonly channels: ChannelInfo[] = [];
  readonly lists: Plain[][] = [];
  readonly #data: boolean;
  readonly #byText = new Map<string, number>();
  readonly #listByText = new Map<string, number>();
  readonly #constantOf = new Map<TypedArray, number>();
  readonly #channelsOf = new Map<Channels, number>();
  /** Equal quantizers may be many objects; those of one name and length are compared. */
  readonly #known = new Map<string, { channels: Channels; index: number }[]>();

  constructor(options: { data?: boolean } = {}) {
    this.#data = options.data === true;
  }

  /** The graph's nodes in order of evaluation, as indices. */
  addGraph(graph: Graph): number[] {
    return graph.nodes.map((node) => this.#add(node, graph));
  }

  #add(node: Node, graph: Graph): number {
    const form = this.#formOf(node, graph);
    const text = JSON.stringify(form);
    let index = this.#byText.get(text);
    if (index === undefined) {
      index = this.nodes.push(form) - 1;
      this.#byText.set(text, index);
    }
    return index;
  }

  #formOf(node: Node, graph: Graph): DumpNode {
    const names = (operand: Node | readonly Node[] | undefined) =>
      operand === undefined
        ? null
        : Array.isArray(operand)
          ? operand.map((n) => graph.nameOf(n))
          : graph.nameOf(operand as Node);
    const value = constantOf(node);
    const attributes = value ? {} : this.#plain(node.attrs);
    return {
      name: graph.nameOf(node),
      op: node.op.name,
      kind: node.op.kind,
      dtype: node.type.storage,
      shape: node.type.shape,
      quantizer: this.#quantizer(node.type.quant),
      operands: Object.fromEntries(Object.keys(node.op.operands).map((key) => [key, names(node.in[key])])),
      attributes: attributes as Record<string, unknown>,
      constant: value ? this.#constant(node, value) : null,
      bytes: byteLength(node.type),
      macs: node.op.macs?.(typesOf(node.op, node.in), node.attrs, node.type) ?? 0,
      source: node.source ?? null,
    };
  }

  #constant(node: Node, value: TypedArray): number {
    let index = this.#constantOf.get(value);
    if (index === undefined) {
      index = this.constants.push(describeConstant(value, node.type.storage, { data: this.#data })) - 1;
      this.#constantOf.set(value, index);
    }
    return index;
  }

  #quantizer(quant: Quant | undefined): QuantizerInfo | null {
    switch (quant?.kind) {
      case undefined:
        return null;
      case "tensor":
        return { scheme: "per_tensor_affine", scale: quant.scale, zeroPoint: quant.zero };
      case "axis":
        return { scheme: "per_channel_affine", axis: quant.axis, channels: this.#channelsIndex(quant.channels) };
      case "product":
        return quant.b.kind === "scale"
          ? { scheme: "product", factors: [quant.a, quant.b.scale] }
          : {
              scheme: "product",
              factors: [quant.a],
              axis: quant.b.axis,
              channels: this.#channelsIndex(quant.b.channels),
            };
    }
  }

  #channelsIndex(channels: Channels): number {
    let index = this.#channelsOf.get(channels);
    if (index === undefined) {
      const key = `${channels.scales.length} ${channels.name}`;
      const known = this.#known.get(key) ?? [];
      const { name, scales, zeros } = channels;
      index =
        known.find((k) => sameChannels(k.channels, channels))?.index ??
        this.channels.push({ name, scales, zeroPoints: zeros }) - 1;
      known.push({ channels, index });
      this.#known.set(key, known);
      this.#channelsOf.set(channels, index);
    }
    return index;
  }

  /** A value that JSON can hold, with long lists of numbers in the table of lists. */
  #plain(value: unknown): unknown {
    if (typeof value === "number" || typeof value === "bigint") return plainNumber(value);
    if (Array.isArray(value)) {
      const numbers = value.every((v) => typeof v === "number" || typeof v === "bigint");
      if (!numbers) return value.map((v) => this.#plain(v));
      const list = value.map(plainNumber);
      return list.length <= inlineNumbers ? list : { list: this.#list(list) };
    }
    if (ArrayBuffer.isView(value)) return this.#plain(Array.from(value as Int8Array));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, this.#plain(v)]));
  }

  #list(list: Plain[]): number {
    const text = JSON.stringify(list);
    let index = this.#listByText.get(text);
    if (index === undefined) {
      index = this.lists.push(list) - 1;
      this.#listByText.set(text, index);
    }
    return index;
  }
}
