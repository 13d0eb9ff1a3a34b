/** `qjit view`: the explorer for a model, served to this machine alone until Ctrl-C. */
import { spawn } from "node:child_process";
import { toHtml } from "../explorer/html.ts";
import { documentOf } from "./dump-document.ts";
import { readBundle } from "./explorer-bundle.ts";
import { exitDone } from "./failure.ts";
import type { Io } from "./io.ts";
import { loadGraph } from "./model.ts";
import type { ImportOptions } from "./options.ts";
import { servePage } from "./serve.ts";

/** Options of `qjit view`. */
export interface ViewOptions extends ImportOptions {
  readonly port: number;
  readonly profile: boolean;
  readonly open?: boolean;
}

/** Compiles a model, serves its page and waits for SIGINT or SIGTERM. */
export async function view(path: string, options: ViewOptions, io: Io): Promise<number> {
  const bundle = readBundle();
  const warnings: string[] = [];
  const onWarning = (message: string) => {
    warnings.push(message);
    io.err(`warning: ${message}\n`);
  };
  const graph = await loadGraph(path, { numerics: options.numerics, shapes: options.shape, onWarning });
  const document = await documentOf(path, graph, undefined, { profile: options.profile, warnings }, io);
  const server = await servePage(toHtml(document, bundle), options.port);
  // Listening for the signals comes before the address is known to anyone.
  const stopped = signalled();
  io.out(`${server.url}\n`);
  io.err("serving to this machine only; Ctrl-C stops\n");
  if (options.open) open(server.url, io);
  await stopped;
  await server.close();
  return exitDone;
}

/** Resolves at the first SIGINT or SIGTERM. */
function signalled(): Promise<void> {
  return new Promise((done) => {
    const stop = () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      done();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

const openers: Readonly<Record<string, readonly string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Asks the system to show a URL; what it says to that is no concern of the server. */
function open(url: string, io: Io): void {
  const [command, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => io.err(`note: ${command} cannot be started; open ${url} in a browser\n`));
  child.unref();
}
