/**
 * docs/api.md: everything that the package exports, with its documentation, from the declarations that the TypeScript compiler writes
 * (dist, so the build comes first). Declarations stand at the beginning of a line there, each with its comment before it.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist", import.meta.url));

/** A declaration, all overloads of a function together. */
interface Entry {
  readonly name: string;
  readonly doc: string;
  readonly code: string;
  readonly module: string;
  readonly exported: boolean;
}

const statement = /^(?:export (?!\{|\*|default)|declare |type |interface |class |const |function |abstract )/;

/** The declarations of a module by name. */
function declarationsOf(file: string): Map<string, Entry> {
  const lines = readFileSync(file, "utf8").split("\n");
  const found = new Map<string, Entry>();
  const module = relative(dist, file).replace(/\.d\.ts$/, "");
  let doc: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (lines[i].startsWith("/**")) {
      doc = [lines[i]];
      while (!lines[i].includes("*/")) doc.push(lines[++i]);
      continue;
    }
    if (!statement.test(lines[i])) {
      doc = [];
      continue;
    }
    const code = [lines[i]];
    while (i + 1 < lines.length && /^(?:\s|\}|\)|$)/.test(lines[i + 1]) && lines[i + 1] !== "") code.push(lines[++i]);
    const name = /(?:function|const|class|interface|type) (\w+)/.exec(code[0])?.[1];
    if (!name) continue;
    const text = tidy(code);
    const before = found.get(name);
    const words = wordsOf(doc);
    found.set(
      name,
      before
        ? { ...before, doc: before.doc || words, code: `${before.code}\n${text}` }
        : { name, doc: words, code: text, module, exported: code[0].startsWith("export ") },
    );
    doc = [];
  }
  return found;
}

/** A declaration as users write it: without `export declare`, and without what is private. */
function tidy(lines: readonly string[]): string {
  const kept: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (/^\s+(?:#private;|private )/.test(line)) continue;
    kept.push(line.replace(/^export /, "").replace(/^declare /, ""));
  }
  return kept.join("\n");
}

const wordsOf = (doc: readonly string[]): string =>
  doc
    .map((l) =>
      l
        .replace(/^\/\*\*\s?/, "")
        .replace(/\s*\*\/$/, "")
        .replace(/^\s*\*\s?/, ""),
    )
    .join("\n")
    .trim();

/** What a module exports, in order: entries, and namespaces of entries. */
interface Exports {
  readonly entries: Entry[];
  readonly spaces: { readonly name: string; readonly entries: Entry[] }[];
}

function exportsOf(file: string, seen = new Set<string>()): Exports {
  const text = readFileSync(file, "utf8");
  const own = declarationsOf(file);
  const entries: Entry[] = [];
  const spaces: Exports["spaces"] = [];
  const add = (e: Entry | undefined, name = e?.name) => {
    if (e && name && !entries.some((x) => x.name === name)) entries.push({ ...e, name });
  };
  for (const e of own.values()) if (e.exported) add(e);
  const clause = /^export (?:\*(?: as (\w+))?|\{([^}]*)\}|type \{([^}]*)\})(?: from "([^"]+)")?;/gm;
  for (let m = clause.exec(text); m; m = clause.exec(text)) {
    const [, space, names, types, from] = m;
    const target = from ? resolve(file, from) : file;
    if (!target) continue;
    const list = names ?? types;
    if (space) spaces.push({ name: space, entries: exportsOf(target).entries });
    else if (list === undefined) {
      if (seen.has(target)) continue;
      seen.add(target);
      const inner = exportsOf(target, seen);
      for (const e of inner.entries) add(e);
      spaces.push(...inner.spaces);
    } else {
      const from = target === file ? own : new Map(exportsOf(target).entries.map((e) => [e.name, e]));
      for (const part of list
        .split(",")
        .map((p) => p.trim())
        .filter(Boolean)) {
        const [, name, as] = /^(?:type )?(\w+)(?: as (\w+))?$/.exec(part) ?? [];
        add(from.get(name), as ?? name);
      }
    }
  }
  return { entries, spaces };
}

function resolve(from: string, to: string): string | undefined {
  const path = join(dirname(from), to).replace(/\.(?:ts|js)$/, ".d.ts");
  return existsSync(path) ? path : undefined;
}

/** Headings by the folder of a module, most special first. */
const rooms: readonly (readonly [prefix: string, title: string])[] = [
  ["src/compile", "Compiling and running"],
  ["src/import", "Importing"],
  ["src/ir", "Graphs"],
  ["src/passes", "Passes"],
  ["src/tensor", "Tensors"],
  ["src/errors", "Errors"],
  ["src/release-memory", "Compiling and running"],
  ["src/trace", "Tracing"],
  ["src/", "Other"],
];

const entryText = ({ name, doc, code }: Entry): string =>
  `### ${name}\n\n${doc ? `${doc}\n\n` : ""}\`\`\`ts\n${code}\n\`\`\`\n`;

/** The page's text. */
export function apiDoc(): string {
  const main = exportsOf(join(dist, "src/index.d.ts"));
  const runtime = exportsOf(join(dist, "runtime/index.d.ts"));
  const inSpace = new Set(main.spaces.flatMap((s) => s.entries.map((e) => `${e.module} ${e.name}`)));
  const own = main.entries.filter((e) => !inSpace.has(`${e.module} ${e.name}`));
  const roomOf = (e: Entry) => rooms.find(([prefix]) => e.module.startsWith(prefix))![1];
  const titles = [...new Set(rooms.map(([, title]) => title))].filter((t) => own.some((e) => roomOf(e) === t));
  const sections = titles.map((t) => ({ title: t, entries: own.filter((e) => roomOf(e) === t) }));
  const all = [
    ...sections.map((s) => ({ ...s, note: "" })),
    ...main.spaces.map(({ name, entries }) => ({
      title: name,
      entries,
      note:
        name === "ops"
          ? "Each is also an export of its own: `ops.relu` is `relu`. They compute on tensors with values, and write nodes on traced ones.\n\n"
          : "",
    })),
    {
      title: "qjit/runtime",
      entries: runtime.entries,
      note: 'Runs compiled modules: `import { load } from "qjit/runtime"`. Has no dependencies.\n\n',
    },
  ];
  // Headings of one name get numbers, in the order of the page.
  const taken = new Map<string, number>();
  const anchor = (heading: string): string => {
    const base = heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-");
    const count = taken.get(base) ?? 0;
    taken.set(base, count + 1);
    return count ? `${base}-${count}` : base;
  };
  anchor("API");
  const index = all.map(({ title, entries }) => {
    const head = `[${title}](#${anchor(title)})`;
    return `- ${head}: ${entries.map((e) => `[${e.name}](#${anchor(e.name)})`).join(", ")}`;
  });
  return `# API

Generated from the declarations of the package; \`npm run build && npx vitest run test/docs -u\` writes it. Errors are \`QjitError\` and its subclasses.

${index.join("\n")}

${all.map((s) => `## ${s.title}\n\n${s.note}${s.entries.map(entryText).join("\n")}`).join("\n")}`;
}
