/** Tokens of the IR's text, read on demand, with positions for errors. */
import { numberPattern, readNumber } from "./number-text.ts";

/** A syntax or meaning error in IR text: `line:column: message`. */
export class ParseError extends Error {
  readonly line: number;
  readonly column: number;
  constructor(line: number, column: number, message: string) {
    super(`${line}:${column}: ${message}`);
    this.name = "ParseError";
    this.line = line;
    this.column = column;
  }
}

export interface Token {
  readonly kind: "word" | "number" | "string" | "name" | "symbol" | "end";
  /** A name's text has its sigil (`%`, `#`, `@`) in front and no quotes; a string's is decoded. */
  readonly text: string;
  readonly at: number;
}

const blank = /(?:\s+|\/\/[^\n]*)*/y;
const word = /[A-Za-z_][\w.]*/y;
const quoted = /"(?:[^"\\\n]|\\.)*"/y;
const plainName = /[\w.$/-]+/y;
const symbol = /[()[\]{}<>,:=*@]/y;

/** A cursor over text; `take` moves on, `peek` does not. */
export class Lexer {
  readonly text: string;
  #at = 0;
  #next: Token | undefined;
  #nextEnd = 0;

  constructor(text: string) {
    this.text = text;
  }

  peek(): Token {
    if (!this.#next) this.#next = this.#scan();
    return this.#next;
  }

  take(): Token {
    const token = this.peek();
    this.#at = this.#nextEnd;
    this.#next = undefined;
    return token;
  }

  /** Moves back (or on) to a token's position. */
  seek(at: number): void {
    this.#at = at;
    this.#next = undefined;
  }

  fail(message: string, at = this.peek().at): never {
    let line = 1;
    let start = 0;
    for (let i = this.text.indexOf("\n"); i >= 0 && i < at; i = this.text.indexOf("\n", i + 1)) {
      line++;
      start = i + 1;
    }
    throw new ParseError(line, at - start + 1, message);
  }

  #match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.text)?.[0];
  }

  #scan(): Token {
    const at = this.#at + (this.#match(blank, this.#at)?.length ?? 0);
    const make = (kind: Token["kind"], text: string, length: number): Token => {
      this.#nextEnd = at + length;
      return { kind, text, at };
    };
    if (at >= this.text.length) return make("end", "end of text", 0);
    const first = this.text[at];
    if (first === '"') {
      const text = this.#match(quoted, at);
      if (text === undefined) this.fail("unterminated string", at);
      return make("string", this.#decode(text, at), text.length);
    }
    if (first === "%" || first === "#" || (first === "@" && /[\w.$/"-]/.test(this.text[at + 1] ?? ""))) {
      // `@0` after a quantizer's name is an axis, so a name after `@` does not start with a digit.
      if (first === "@" && /\d/.test(this.text[at + 1])) return make("symbol", "@", 1);
      const string = this.#match(quoted, at + 1);
      if (string !== undefined) return make("name", first + this.#decode(string, at), string.length + 1);
      const plain = this.#match(plainName, at + 1);
      if (plain === undefined) this.fail(`wants a name after ${first}`, at);
      return make("name", first + plain, plain.length + 1);
    }
    const number = this.#match(numberPattern, at);
    const text = this.#match(word, at);
    if (number !== undefined && (text === undefined || text.length <= number.length)) {
      return make("number", number, number.length);
    }
    if (text !== undefined) return make("word", text, text.length);
    const mark = this.#match(symbol, at);
    if (mark !== undefined) return make("symbol", mark, mark.length);
    return this.fail(`unexpected character ${JSON.stringify(first)}`, at);
  }

  #decode(text: string, at: number): string {
    try {
      return JSON.parse(text);
    } catch {
      return this.fail(`bad string ${text}`, at);
    }
  }

  is(text: string): boolean {
    const t = this.peek();
    return (t.kind === "symbol" || t.kind === "word") && t.text === text;
  }

  /** Takes the symbol or word if it is next. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.take();
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(`wants ${text}, found ${this.peek().text}`);
  }

  /** Whether a word is next: also `nan` and `inf`, which read as numbers where a number may stand. */
  isWord(): boolean {
    const t = this.peek();
    return t.kind === "word" || (t.kind === "number" && /^[a-z]+$/.test(t.text));
  }

  word(): string {
    if (!this.isWord()) this.fail(`wants a word, found ${this.peek().text}`);
    return this.take().text;
  }

  string(): string {
    if (this.peek().kind !== "string") this.fail(`wants a string, found ${this.peek().text}`);
    return this.take().text;
  }

  /** A name with this sigil, without it. */
  name(sigil: string): string {
    const t = this.peek();
    if (t.kind !== "name" || t.text[0] !== sigil) this.fail(`wants a name ${sigil}..., found ${t.text}`);
    return this.take().text.slice(1);
  }

  number(): number {
    if (this.peek().kind !== "number") this.fail(`wants a number, found ${this.peek().text}`);
    return readNumber(this.take().text);
  }

  integer(): number {
    const { at } = this.peek();
    const v = this.number();
    if (!Number.isSafeInteger(v)) this.fail(`wants an integer, found ${v}`, at);
    return v;
  }

  /** `[a, b, ...]`. */
  list<T>(item: () => T): T[] {
    this.expect("[");
    const items: T[] = [];
    if (this.accept("]")) return items;
    do items.push(item());
    while (this.accept(","));
    this.expect("]");
    return items;
  }
}
