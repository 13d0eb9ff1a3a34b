/** Floats of 16 bits and fewer: their bits as numbers, and the formats that the element types name. */
import type { narrowFormats } from "../ir/math.ts";

/** How a float's bits mean a number: (-1)^sign * 1.fraction * 2^(exponent - bias), without the 1 where the exponent is 0. */
export interface FloatFormat {
  readonly exponentBits: number;
  readonly fractionBits: number;
  readonly bias: number;
  /**
   * What bit patterns stand for no finite number: `ieee`, the highest exponent is infinite or not-a-number; `fn`, all ones is
   * not-a-number; `fnuz`, the sign alone is; `none` does.
   */
  readonly special: "ieee" | "fn" | "fnuz" | "none";
  /** The IR's function that rounds an f32 to the format. */
  readonly rounding: keyof typeof narrowFormats;
  /** The largest finite number. */
  readonly largest: number;
}

/** The formats by ONNX's names of the element types. */
export const floatFormats = {
  FLOAT16: { exponentBits: 5, fractionBits: 10, bias: 15, special: "ieee", rounding: "half", largest: 65504 },
  BFLOAT16: {
    exponentBits: 8,
    fractionBits: 7,
    bias: 127,
    special: "ieee",
    rounding: "bf16",
    largest: (2 - 2 ** -7) * 2 ** 127,
  },
  FLOAT8E4M3FN: { exponentBits: 4, fractionBits: 3, bias: 7, special: "fn", rounding: "e4m3fn", largest: 448 },
  FLOAT8E4M3FNUZ: { exponentBits: 4, fractionBits: 3, bias: 8, special: "fnuz", rounding: "e4m3fnuz", largest: 240 },
  FLOAT8E5M2: { exponentBits: 5, fractionBits: 2, bias: 15, special: "ieee", rounding: "e5m2", largest: 57344 },
  FLOAT8E5M2FNUZ: { exponentBits: 5, fractionBits: 2, bias: 16, special: "fnuz", rounding: "e5m2fnuz", largest: 57344 },
  FLOAT4E2M1: { exponentBits: 2, fractionBits: 1, bias: 1, special: "none", rounding: "e2m1", largest: 6 },
} as const satisfies Readonly<Record<string, FloatFormat>>;

/** The number that bits of a format stand for. */
export function fromBits(bits: number, { exponentBits, fractionBits, bias, special }: FloatFormat): number {
  const sign = (bits >> (exponentBits + fractionBits)) & 1 ? -1 : 1;
  const highest = 2 ** exponentBits - 1;
  const exponent = (bits >> fractionBits) & highest;
  const fraction = bits & (2 ** fractionBits - 1);
  if (special === "ieee" && exponent === highest) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (special === "fn" && exponent === highest && fraction === 2 ** fractionBits - 1) return Number.NaN;
  if (special === "fnuz" && sign < 0 && exponent === 0 && fraction === 0) return Number.NaN;
  const mantissa = exponent === 0 ? fraction : fraction + 2 ** fractionBits;
  return sign * mantissa * 2 ** (Math.max(exponent, 1) - bias - fractionBits);
}

/** The power of two that the 8 bits of FLOAT8E8M0 stand for. */
export const fromExponent = (bits: number): number => (bits === 255 ? Number.NaN : 2 ** (bits - 127));
