import { afterEach, expect, test, vi } from "vitest";
import { type Io, Progress, table } from "../../src/cli/io.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A progress line on a clock that the test sets. */
function progress(errIsTerminal: boolean) {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const written: string[] = [];
  const io: Io = {
    out: () => {},
    err: (text) => written.push(text),
    outIsTerminal: false,
    errIsTerminal,
    env: {},
  };
  const line = new Progress(io);
  const at = (ms: number, text: string) => {
    now = ms;
    line.step(() => text);
  };
  return { line, at, written };
}

test("progress shows on a terminal after a second, at most ten times a second, and clears itself", () => {
  const { line, at, written } = progress(true);
  at(999, "early");
  at(1000, "one");
  at(1050, "too soon");
  at(1100, "two");
  line.done();
  line.done();
  expect(written).toEqual(["\r\x1b[Kone", "\r\x1b[Ktwo", "\r\x1b[K"]);
});

test("progress is for terminals, and for work that takes a second", () => {
  const elsewhere = progress(false);
  elsewhere.at(5000, "x");
  elsewhere.line.done();
  expect(elsewhere.written).toEqual([]);
  const short = progress(true);
  short.at(10, "x");
  short.line.done();
  expect(short.written).toEqual([]);
});

test("a table's columns align, whatever its cells are wrapped in", () => {
  const rows = [
    ["a", "bb", "c"],
    ["aaa", "b", ""],
  ];
  const style = (_r: number, c: number, cell: string) => (c === 0 ? `<${cell}>` : cell);
  expect(table(rows, { right: [1], style })).toBe("<a>    bb  c\n<aaa>   b\n");
});
