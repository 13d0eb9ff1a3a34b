/**
 * Text as a graph: the inverse of `print`. Errors are `line:column: message`. What parses is well formed as text; `verify`
 * says whether it is a legal graph.
 */
import type { Attr, AttrReader } from "./attr.ts";
import { fromBase64 } from "./base64.ts";
import { Graph, type Node, type Output } from "./graph.ts";
import { Lexer } from "./lex.ts";
import type { OpDef, Slots } from "./op.ts";
import { ops } from "./ops/index.ts";
import { type DataReader, makeParam } from "./ops/source.ts";
import {
  type Channels,
  type Quant,
  type Storage,
  sizeOf,
  storages,
  type TensorType,
  type TypedArray,
  tensorType,
} from "./type.ts";

/** No tensor of a model that this compiler can run has more elements; a larger one is a hostile file. */
const maxElements = 2 ** 30;

interface Pairs {
  readonly a: number[];
  readonly b: number[];
}

/** Reads the one function of a text. Throws ParseError. */
export function parse(text: string): Graph {
  const lexer = new Lexer(text);
  const definitions = readDefinitions(lexer);
  return new Parser(lexer, definitions).func();
}

interface Definitions {
  readonly funcAt: number;
  readonly vectors: Map<string, Pairs>;
  readonly data: Map<string, string>;
}

/** First pass: the definitions around the function, wherever they stand, and where the function begins. */
function readDefinitions(lexer: Lexer): Definitions {
  let funcAt = -1;
  const vectors = new Map<string, Pairs>();
  const data = new Map<string, string>();
  for (;;) {
    const t = lexer.peek();
    if (t.kind === "end") break;
    if (t.kind === "word" && t.text === "func") {
      if (funcAt >= 0) lexer.fail("a text has one function, found a second");
      funcAt = t.at;
      skipFunction(lexer);
    } else if (t.kind === "word" && t.text === "data") {
      lexer.take();
      const name = lexer.name("%");
      lexer.expect("=");
      if (data.has(name)) lexer.fail(`data %${name} is defined twice`, t.at);
      data.set(name, lexer.string());
    } else if (t.kind === "name" && t.text[0] === "#") {
      const name = lexer.name("#");
      lexer.expect("=");
      if (vectors.has(name)) lexer.fail(`#${name} is defined twice`, t.at);
      lexer.expect("[");
      vectors.set(name, readPairs(lexer));
      lexer.expect("]");
    } else lexer.fail(`wants func, data or #name, found ${t.text}`);
  }
  if (funcAt < 0) lexer.fail("wants a function, found none");
  return { funcAt, vectors, data };
}

function skipFunction(lexer: Lexer): void {
  lexer.take();
  // The header may hold one `{meta}` group of its own; the body is the group that holds `return`.
  for (let seenReturn = false; !seenReturn; ) {
    const t = lexer.take();
    if (t.kind === "end") lexer.fail("wants return in the function, found end of text", t.at);
    seenReturn = t.kind === "word" && t.text === "return";
  }
  for (;;) {
    const t = lexer.take();
    if (t.kind === "end") lexer.fail("wants } after the function, found end of text", t.at);
    if (t.kind === "symbol" && t.text === "}") return;
  }
}

/** `a, b, ...` or `a:b, a:b, ...`. */
function readPairs(lexer: Lexer): Pairs {
  const a: number[] = [];
  const b: number[] = [];
  if (lexer.peek().kind !== "number") return { a, b };
  do {
    a.push(lexer.number());
    if (lexer.accept(":")) b.push(lexer.number());
    if (b.length !== 0 && b.length !== a.length) lexer.fail("wants every element as a pair a:b, or none");
  } while (lexer.accept(","));
  return { a, b };
}

class Parser {
  readonly #lexer: Lexer;
  readonly #definitions: Definitions;
  readonly #channels = new Map<string, Channels>();
  readonly #nodes = new Map<string, Node>();

  constructor(lexer: Lexer, definitions: Definitions) {
    this.#lexer = lexer;
    this.#definitions = definitions;
    lexer.seek(definitions.funcAt);
  }

  func(): Graph {
    const x = this.#lexer;
    x.expect("func");
    const name = x.name("@");
    const params: Node[] = [];
    x.expect("(");
    if (!x.accept(")")) {
      do {
        const { at } = x.peek();
        const param = x.name("%");
        x.expect(":");
        params.push(this.#define(makeParam(param, this.#type()), at));
      } while (x.accept(","));
      x.expect(")");
    }
    const meta: Record<string, string> = {};
    x.expect("{");
    if (x.peek().kind === "word" && !x.is("return")) {
      do {
        const key = x.word();
        x.expect("=");
        meta[key] = x.string();
      } while (x.accept(","));
      x.expect("}");
      x.expect("{");
    }
    while (!x.is("return")) this.#line();
    x.expect("return");
    const outputs: Output[] = [];
    do {
      const node = this.#use();
      outputs.push({ node, name: x.accept("as") ? x.string() : node.name });
    } while (x.accept(","));
    x.expect("}");
    return new Graph(name, params, outputs, meta);
  }

  #define(node: Node, at: number): Node {
    if (this.#nodes.has(node.name)) this.#lexer.fail(`%${node.name} is defined twice`, at);
    this.#nodes.set(node.name, node);
    return node;
  }

  #use(): Node {
    const x = this.#lexer;
    const { at } = x.peek();
    const name = x.name("%");
    return this.#nodes.get(name) ?? x.fail(`%${name} is not defined before this use`, at);
  }

  #line(): void {
    const x = this.#lexer;
    const { at } = x.peek();
    const name = x.name("%");
    x.expect(":");
    const type = this.#type();
    x.expect("=");
    const opAt = x.peek().at;
    const opName = x.word();
    const op: OpDef = ops.get(opName) ?? x.fail(`unknown op ${opName}`, opAt);
    x.expect("(");
    const operands: Record<string, Node | Node[]> = {};
    const attrs: Record<string, unknown> = {};
    const slots = Object.entries(op.operands as Slots);
    const positional = slots.filter(([, s]) => !s.optional);
    let given = 0;
    if (!x.is(")")) {
      do {
        const t = x.peek();
        if (x.isWord()) {
          const key = x.word();
          x.expect("=");
          if (Object.hasOwn(attrs, key) || Object.hasOwn(operands, key)) x.fail(`${key} is given twice`, t.at);
          const slot = Object.hasOwn(op.operands, key) ? (op.operands as Slots)[key] : undefined;
          if (slot?.optional) operands[key] = this.#use();
          else if (Object.hasOwn(op.attrs, key)) attrs[key] = this.#attr((op.attrs as any)[key], name, type);
          else x.fail(`${opName} has no operand or attribute ${key}`, t.at);
        } else {
          const slot = positional[given++];
          if (!slot) x.fail(`${opName} takes ${positional.length} operands`, t.at);
          operands[slot[0]] = slot[1].list ? x.list(() => this.#use()) : this.#use();
        }
      } while (x.accept(","));
    }
    x.expect(")");
    if (given < positional.length) x.fail(`${opName} wants the operand ${positional[given][0]}`, opAt);
    for (const [key, attr] of Object.entries(op.attrs as Record<string, Attr<unknown>>)) {
      if (Object.hasOwn(attrs, key)) continue;
      if (attr.default === undefined) x.fail(`${opName} wants the attribute ${key}`, opAt);
      attrs[key] = attr.default;
    }
    this.#define({ op, in: operands, attrs, type, name }, at);
  }

  #attr(attr: Attr<unknown>, node: string, type: TensorType): unknown {
    const x = this.#lexer;
    const reader: AttrReader & DataReader = {
      number: () => x.number(),
      integer: () => x.integer(),
      word: () => x.word(),
      text: () => x.string(),
      peek: (s) => x.is(s),
      accept: (s) => x.accept(s),
      expect: (s) => x.expect(s),
      list: (item) => x.list(item),
      pairs: () => (x.peek().kind === "name" ? this.#vector(x.name("#")) : readPairs(x)),
      fail: (message) => x.fail(message),
      data: () => this.#data(node, type),
    };
    return attr.read(reader);
  }

  #vector(name: string): Pairs {
    return this.#definitions.vectors.get(name) ?? this.#lexer.fail(`#${name} is not defined`);
  }

  #data(node: string, type: TensorType): TypedArray {
    const x = this.#lexer;
    const make = storages[type.storage].array;
    if (!x.is("data")) {
      if (type.storage === "i64") return BigInt64Array.from(x.list(() => BigInt(x.integer())));
      return (make as Int8ArrayConstructor).from(x.list(() => x.number())) as TypedArray;
    }
    const { at } = x.peek();
    x.take();
    const text = this.#definitions.data.get(node);
    if (text === undefined)
      return x.fail(`there is no data section for %${node} (was the text printed without data?)`, at);
    const bytes = fromBase64(text) ?? x.fail(`data %${node} is not base64`, at);
    const want = sizeOf(type.shape) * storages[type.storage].bytes;
    if (bytes.length !== want) x.fail(`data %${node} wants ${want} bytes, found ${bytes.length}`, at);
    return new make(bytes.buffer);
  }

  #type(): TensorType {
    const x = this.#lexer;
    const { at } = x.peek();
    const storage = x.word();
    if (!Object.hasOwn(storages, storage)) {
      x.fail(`wants a storage (${Object.keys(storages).join(", ")}), found ${storage}`, at);
    }
    const shape = x.list(() => {
      const d = x.integer();
      if (d < 0) x.fail(`wants dimensions of at least 0, found ${d}`);
      return d;
    });
    if (sizeOf(shape) > maxElements) x.fail(`a tensor of ${shape.join("x")} elements is too large`, at);
    if (!x.accept("<")) return tensorType(storage as Storage, shape);
    const quant = this.#quant();
    x.expect(">");
    return tensorType(storage as Storage, shape, quant);
  }

  #quant(): Quant {
    const x = this.#lexer;
    if (x.peek().kind === "name") return this.#axis();
    const scale = x.number();
    if (x.accept("*")) {
      const b = x.peek().kind === "name" ? this.#axis() : ({ kind: "scale", scale: x.number() } as const);
      return { kind: "product", a: scale, b };
    }
    return { kind: "tensor", scale, zero: x.accept(":") ? x.integer() : 0 };
  }

  #axis(): Quant & { kind: "axis" } {
    const x = this.#lexer;
    const name = x.name("#");
    let channels = this.#channels.get(name);
    if (!channels) {
      const { a, b } = this.#vector(name);
      channels = { name, scales: a, zeros: b.length ? b : a.map(() => 0) };
      this.#channels.set(name, channels);
    }
    x.expect("@");
    return { kind: "axis", channels, axis: x.integer() };
  }
}
