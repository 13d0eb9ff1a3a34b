import { expect, test } from "vitest";
import { collect } from "../../src/explorer/collect.ts";
import { toDot } from "../../src/explorer/dot.ts";
import { parse } from "../../src/ir/parse.ts";
import { small } from "../cli/qjit.ts";

const target = { level: "simd128", dot: "inexact" } as const;

test("nodes, edges, kernels", () => {
  const { document } = collect(parse(small), { target });
  expect(toDot(document).split("\n").slice(4)).toEqual([
    expect.stringMatching(/^ {2}n0 \[label="image\\ni8\[1,4,4,2\]<0\.02:-128>", fillcolor="#[0-9a-f]{6}"\]$/),
    expect.stringMatching(/^ {2}n1 \[label="t\\nf32\[2\]", /),
    expect.stringMatching(
      /^ {2}n2 \[label="k\.conv {2}y\\ni8\[1,4,4,3\]<0\.03:-12>\\nw: i8\[3,3,3,2\]<#conv1\.w @0>\\nbias: i32\[3\]<0\.02 \* #conv1\.w @0>\\nqs8_conv_\w+", /,
    ),
    expect.stringMatching(/^ {2}n3 \[label="binary {2}sum\\nf32\[2\]\\ny: f32\[\]\\n\w+", /),
    '  n0 -> n2 [tooltip="x"]',
    '  n1 -> n3 [tooltip="x"]',
    '  out0 [label="the result", fillcolor="#ffffff"]',
    "  n2 -> out0",
    '  out1 [label="sum", fillcolor="#ffffff"]',
    "  n3 -> out1",
    "}",
    "",
  ]);
});

test("clusters by scope", () => {
  const text = `func @f(%x: f32[2]) {
  %block1/a: f32[2] = unary(%x, fn=exp)
  %block1/b: f32[2] = unary(%block1/a, fn=exp)
  %block2/a: f32[2] = unary(%block1/b, fn=exp)
  %block2/b: f32[2] = unary(%block2/a, fn=exp)
  return %block2/b
}
`;
  const dot = toDot(collect(parse(text)).document, 0);
  expect([...dot.matchAll(/subgraph cluster_\d \{\n\s+label="(\w+)"/g)].map((m) => m[1])).toEqual(["block1", "block2"]);
});

test("hostile names stay inside of their strings", () => {
  const text = `func @"g\\"]}"(%"a\\"; b \\\\": f32[2]) {
  %"x\\n\\t\\"]": f32[2] = unary(%"a\\"; b \\\\", fn=exp)
  return %"x\\n\\t\\"]" as "o\\"\\\\"
}
`;
  const dot = toDot(collect(parse(text)).document, 0);
  // Each line is keywords, identifiers and well-formed strings, which hold what they like.
  for (const line of dot.split("\n")) {
    const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, "S");
    expect(bare).toMatch(/^[\w\s[\]{}=,>;.-]*$/);
    expect(bare.match(/\[/g)?.length ?? 0).toBe(bare.match(/\]/g)?.length ?? 0);
  }
});
