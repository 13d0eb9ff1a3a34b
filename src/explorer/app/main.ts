/** The page that `qjit dump --format html` writes: its document, drawn. */
import type { DumpDocument } from "../document.ts";
import { explore } from "./explore.ts";

const data = JSON.parse(document.getElementById("document")!.textContent!) as DumpDocument;
const root = document.createElement("div");
root.id = "root";
document.body.append(root);
// For tests and the curious: the explorer's store and graph.
(globalThis as Record<string, unknown>).qjitExplorer = explore(data, root);
