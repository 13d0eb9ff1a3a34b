/** The colours of the drawing, read from the style sheet, so that light and dark are said in one place. */

import type { Family } from "./model.ts";
import type { Mark } from "./scene.ts";

export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly edge: string;
  readonly box: string;
  readonly group: string;
  readonly accent: string;
  readonly family: Readonly<Record<Family, string>>;
  readonly mark: Readonly<Record<Exclude<Mark, null>, string>>;
  readonly dark: boolean;
}

export const families: readonly { readonly family: Family; readonly label: string }[] = [
  { family: "input", label: "input, output" },
  { family: "product", label: "convolution, product" },
  { family: "reduction", label: "pooling, reduction" },
  { family: "elementwise", label: "elementwise" },
  { family: "quantize", label: "quantize" },
  { family: "movement", label: "movement" },
];

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    background: color("canvas"),
    text: color("text"),
    muted: color("muted"),
    line: color("line"),
    edge: color("edge"),
    box: color("surface"),
    group: color("group"),
    accent: color("accent"),
    family: {
      input: color("input"),
      product: color("product"),
      reduction: color("reduction"),
      elementwise: color("elementwise"),
      quantize: color("quantize"),
      movement: color("movement"),
      constant: color("movement"),
    },
    mark: { added: color("added"), removed: color("removed"), changed: color("changed") },
    dark: style.colorScheme === "dark",
  };
}

/** Colour for a part from 0 to 1 of the hottest: pale to glowing. The root keeps small parts apart. */
export function heatColor(part: number, dark: boolean): string {
  const t = Math.min(1, Math.sqrt(part));
  return dark
    ? `hsl(${(42 - 34 * t).toFixed(0)} ${(30 + 60 * t).toFixed(0)}% ${(24 + 26 * t).toFixed(0)}%)`
    : `hsl(${(46 - 32 * t).toFixed(0)} ${(55 + 30 * t).toFixed(0)}% ${(94 - 31 * t).toFixed(0)}%)`;
}
