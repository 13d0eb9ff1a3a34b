/** Scripts of compiled models without what engines do not need. */

/** What spaces mean something in: strings, templates, and regular expressions, which begin with a class here. */
const literals = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\[(?:[^\\\]]|\\.)*\][^/\n]*\//g;

/** Short forms of names that stand often; of these only ProgramError is exported, by its own name. */
const shortForms: Readonly<Record<string, string>> = {
  ProgramError: "E",
  WebAssembly: "W",
  compileModule: "C",
  describeModule: "D",
  engineLacks: "L",
  probeEngine: "P",
};
const longForms = new RegExp(`\\b(?:${Object.keys(shortForms).join("|")})\\b`, "g");

/**
 * Source as scripts have it: without comments, spaces, line breaks, last commas and last semicolons of blocks that engines do
 * not need; private names are short, and so are those of `shortForms`. No statement is empty.
 */
export function compact(source: string): string {
  const lines = source.replace(/^\s*\/\*\*[\s\S]*?\*\/$/gm, "").split("\n");
  const text = lines
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("//"))
    .join("\n");
  const names: string[] = [];
  const short = (name: string): string => {
    if (!names.includes(name)) names.push(name);
    return `#${names
      .indexOf(name)
      .toString(36)
      .replace(/^\d/, (d) => "zyxwvutsrq"[Number(d)])}`;
  };
  const squeeze = (code: string): string =>
    code
      .replace(/\s*([=,;:?(){}[\]<>*&|!])\s*/g, "$1")
      .replace(/[,;](?=[}\]])/g, "")
      .replace(/#\w+/g, short)
      .replace(longForms, (name) => shortForms[name])
      .replace(/\bconst\b/g, "let");
  let out = "";
  let from = 0;
  for (const { 0: literal, index } of text.matchAll(literals)) {
    // Private names stand in the holes of templates too.
    out += squeeze(text.slice(from, index)) + (literal[0] === "`" ? literal.replace(/#\w+/g, short) : literal);
    from = index + literal.length;
  }
  return out + squeeze(text.slice(from));
}
