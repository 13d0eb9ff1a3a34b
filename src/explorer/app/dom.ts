/** Elements without a framework. Children that are text become text nodes: nothing here reads markup. */

type Child = Node | string | number | null | undefined | false | readonly Child[];
type Props = Readonly<Record<string, unknown>>;

const svgNamespace = "http://www.w3.org/2000/svg";

function fill(element: Element, props: Props, children: readonly Child[]): void {
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value as EventListener);
    else if (key === "style")
      for (const [k, v] of Object.entries(value as Props)) (element as HTMLElement).style.setProperty(k, String(v));
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  append(element, children);
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/** `h("button", { class: "x", onclick }, "text")`. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, props, children);
  return element;
}

/** The same for SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(svgNamespace, tag);
  fill(element, props, children);
  return element as SVGElementTagNameMap[K];
}

/** Bytes as people read them: 1,234 B, 12.3 KB, 4.56 MB. */
export function bytesText(n: number): string {
  if (n < 10_000) return `${n.toLocaleString("en")} B`;
  return n < 1e6 ? `${(n / 1e3).toPrecision(3)} KB` : `${(n / 1e6).toPrecision(3)} MB`;
}

/** Counts as people read them: 12,345, 1.23 M, 4.5 G. */
export function countText(n: number): string {
  if (n < 100_000) return n.toLocaleString("en");
  return n < 1e9 ? `${(n / 1e6).toPrecision(3)} M` : `${(n / 1e9).toPrecision(3)} G`;
}

/** A number to so many digits, without trailing zeros. */
export const digits = (x: number, n = 5): string => String(Number(x.toPrecision(n)));

export const percent = (share: number): string => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

/** Milliseconds, or microseconds where those are few. */
export const timeText = (ms: number): string =>
  ms >= 1 ? `${ms.toPrecision(3)} ms` : `${(1000 * ms).toPrecision(3)} µs`;
