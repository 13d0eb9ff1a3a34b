import { ModelError } from "../errors.ts";

const depthLimit = 32;

/** JSON text as a value; a ModelError at `where` for malformed text, a key twice in one object and nesting beyond 32. */
export function parseJson(text: string, where: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    throw new ModelError(where, `wanted JSON, found ${(e as Error).message}`);
  }
  checkStructure(text, where);
  return value;
}

/** What JSON.parse lets pass in well-formed text: it keeps the last of equal keys, and nests without bound. */
function checkStructure(text: string, where: string): void {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{" || c === "[") {
      if (open.push(new Set()) > depthLimit)
        throw new ModelError(where, `wanted at most ${depthLimit} levels, found more`);
    } else if (c === "}" || c === "]") open.pop();
    else if (c === '"') {
      const start = i;
      for (i++; text[i] !== '"'; i++) if (text[i] === "\\") i++;
      let next = i + 1;
      while (next < text.length && " \t\r\n".includes(text[next])) next++;
      if (text[next] !== ":") continue;
      const key = JSON.parse(text.slice(start, i + 1));
      const keys = open[open.length - 1];
      if (keys.has(key)) throw new ModelError(where, `wanted each key once, found ${text.slice(start, i + 1)} twice`);
      keys.add(key);
    }
  }
}
