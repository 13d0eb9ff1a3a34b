/** The explorer as one HTML file that needs nothing else: the page's bundle with a document in it. */
import type { DumpDocument } from "./document.ts";

/** The page's parts as `tools/build-explorer.mjs` bundles them. */
export interface Bundle {
  readonly script: string;
  readonly style: string;
}

/**
 * The file's text. The document stands in a JSON script element, in which `<` is written as an escape: no name of a model can end
 * the element, or begin a comment or another script in it. The page writes names as text, never as markup.
 */
export function toHtml(document: DumpDocument, { script, style }: Bundle): string {
  const data = JSON.stringify(document)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  return page(document.model.name, [
    `<style>${style}</style>`,
    `</head>\n<body>\n<script type="application/json" id="document">${data}</script>`,
    `<script>${script.replaceAll("</script", "<\\/script")}</script>`,
  ]);
}

const page = (name: string, parts: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'">
<title>${escapeText(name)} - qjit</title>
${parts.join("\n")}
</body>
</html>
`;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text as HTML shows it. */
export const escapeText = (text: string): string => text.replace(/[&<>"]/g, (c) => entities[c]);
