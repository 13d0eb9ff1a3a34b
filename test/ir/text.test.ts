import { expect, test } from "vitest";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { verified, verify } from "../../src/ir/verify.ts";

const block = `func @block(%image: i8[1,4,4,2]<0.02:-128>) {profile="tflite"} {
  %w: i8[3,3,3,2]<#conv1.w @0> = const(value=data)
  %b: i32[3]<0.02 * #conv1.w @0> = const(value=[1, -2, 3])
  %acc: i32[1,4,4,3]<0.02 * #conv1.w @3> = conv2d(%image, %w, bias=%b, pad=[1, 1, 1, 1])
  %q: i8[1,4,4,3]<0.03:-12> = requantize(%acc, by=q31_double(#q.rescale), clamp=[-128, 127])
  %"y:0": i8[1,4,4,3]<0.03:-12> = clamp(%q, range=[-12, 127])
  %k: i8[1,4,4,3]<0.03:-12> = k.conv(%image, %w, bias=%b, pad=[1, 1, 1, 1], epilogue=[requantize(q31_double(#k.rescale), -12, [-12, 127])])
  return %"y:0", %k as "the kernel"
}

#conv1.w = [0.0041, 0.0038, 0.0052]
#q.rescale = [1503238554:-8, 1073741824:-8, 1073741824:-9]
#k.rescale = [1503238554:-8, 1073741824:-8, 1073741824:-9]

data %w = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2"
`;

test("text prints back as it was read", () => {
  const graph = parse(block);
  expect(verify(graph)).toEqual([]);
  expect(print(graph)).toBe(block);
});

test("a fused kernel means what its parts mean", () => {
  const graph = verified(parse(block));
  const image = Int8Array.from({ length: 32 }, (_, i) => (i * 37) % 256);
  const [y, k] = interpret(graph, [image]);
  expect(k).toEqual(y);
  expect(new Set(y as Int8Array).size).toBeGreaterThan(10);
});

test.each([
  ["", "1:1: wants a function, found none"],
  ["func @f() {", "1:12: wants return in the function, found end of text"],
  ["func @f(%x: i9[1]) { return %x }", "1:13: wants a storage (i8, u8, i16, u16, i32, i64, f32, bool), found i9"],
  ["func @f(%x: i8[1]) {\n  return %y }", "2:10: %y is not defined before this use"],
  ["func @f(%x: i8[1]) {\n  %y: i8[1] = nope(%x)\n  return %y }", "2:15: unknown op nope"],
  ["func @f(%x: i8[1]) {\n  %y: i8[1] = clamp(%x)\n  return %y }", "2:15: clamp wants the attribute range"],
  ["func @f(%x: i8[9999999,99999]) { return %x }", "1:13: a tensor of 9999999x99999 elements is too large"],
])("%j is refused", (text, message) => {
  expect(() => parse(text)).toThrow(message);
});
