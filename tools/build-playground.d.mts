import type { Server } from "node:http";

/** Builds the page into a folder (dist/playground unless given), which it returns. Wants `npm run build` before. */
export function buildPlayground(to?: string): Promise<string>;
/** Serves the files of a folder on 127.0.0.1. */
export function servePlayground(dir: string, port?: number): Promise<Server>;
