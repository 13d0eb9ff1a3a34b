/** A document as text: an element of its lists a line, so that it is small and can still be read line by line. */
import type { DumpDocument } from "./document.ts";

export function documentJson(document: DumpDocument): string {
  const fields = Object.entries(document).map(([key, value]) => {
    const text =
      Array.isArray(value) && value.length
        ? `[\n    ${value.map((v) => JSON.stringify(v)).join(",\n    ")}\n  ]`
        : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${fields.join(",\n")}\n}\n`;
}
