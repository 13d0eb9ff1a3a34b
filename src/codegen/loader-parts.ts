/**
 * The text of the runtime's functions. Bundlers rename functions and classes, so a bundle of the compiler has this file with the texts in
 * place of it (tools/build-playground.mjs).
 */
import { probeEngine } from "../../runtime/probe.ts";
import {
  compileModule,
  dataOf,
  describeModule,
  engineLacks,
  hostHere,
  Program,
  ProgramError,
  sizeOf,
} from "../../runtime/program.ts";
import { serve } from "../../runtime/serve.ts";
import { inTurn, listen, startAway, startCrew, startHost, threadsLack, warnOnce } from "../../runtime/workers.ts";
import { compact } from "./compact.ts";

/** Parts of scripts: each uses only parts of its own list, which is what makes a script of them. */
type Parts = readonly ((...args: any[]) => unknown)[];
const program = [
  ProgramError,
  dataOf,
  sizeOf,
  compileModule,
  describeModule,
  engineLacks,
  hostHere,
  Program,
  probeEngine,
] as unknown as Parts;
const workers = [listen, inTurn, threadsLack, startCrew, startAway, startHost, warnOnce] as unknown as Parts;

const textOf = (parts: Parts): string =>
  ["const W = globalThis.WebAssembly;", ...parts.map((p) => compact(String(p)))].join("\n");

/** What loads a module and runs it on one thread. */
export const programText = textOf(program);
/** What runs a module on several threads. */
export const workersText = textOf(workers);
/** What its workers do. */
export const serveText = textOf([serve] as unknown as Parts);
