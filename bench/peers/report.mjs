/** The results as text: a line a row while they come in, and the page docs/benchmarks.md. */

const figure = (x) => (x >= 1000 ? Math.round(x).toLocaleString("en-US") : x.toPrecision(3));
const times = (x) => `${figure(x)}x`;
const range = ([low, high], form) => `${form(low)} to ${form(high)}`;

/** Whether a row's wish is met: "stretch", "reached", or "missed". */
function verdict(row, result) {
  if (row.most !== undefined) return result.ours.median <= row.most ? "reached" : "missed";
  const { median } = result.ratio;
  if (row.stretch !== undefined && median >= row.stretch) return "stretch";
  return median >= row.bar ? "reached" : "missed";
}

/** A row in one line. */
export function summary(row, result) {
  const head = `${row.id.padEnd(18)} `;
  if (result.skipped) return `${head}not measured: ${result.skipped}`;
  if (row.most !== undefined) {
    return `${head}${figure(result.ours.median)} ${row.unit} (${range(result.ours.quartiles, figure)}), at most ${row.most} ${row.unit} wanted: ${verdict(row, result)}`;
  }
  const { ratio, ours, theirs, cpuRatio, unit } = result;
  const cpu = cpuRatio ? `, processor time ${times(cpuRatio.median)}` : "";
  return `${head}${times(ratio.median)} (${range(ratio.quartiles, times)}); ${figure(ours.median)} against ${figure(theirs.median)} ${unit}${cpu}; wanted ${times(row.bar)}: ${verdict(row, result)}`;
}

const cells = (list) => `| ${list.join(" | ")} |`;
const named = ({ name, version, detail }) => `${name} ${version}${detail ? ` (${detail})` : ""}`;
const outputs = (same) => {
  if (!same) return "";
  return same.differ === 0 ? "equal" : `${same.differ} of ${same.elements} differ, at most by ${figure(same.most)}`;
};

function engineOf({ engine }) {
  if (!engine) return "";
  const name = engine.browser ?? `Node ${engine.node}, V8 ${engine.v8}`;
  return engine.flags?.length ? `${name}, ${engine.flags.join(" ")}` : name;
}

function comparison(row, result) {
  if (result.skipped) return cells([row.work, `not measured: ${result.skipped}`, "", "", "", "", "", ""]);
  const { who, ratio, ours, theirs, unit, cpuRatio } = result;
  return cells([
    row.work,
    named(who.ours),
    named(who.theirs),
    `${figure(ours.median)} / ${figure(theirs.median)} ${unit}`,
    `**${times(ratio.median)}** (${range(ratio.quartiles, times)})`,
    cpuRatio ? times(cpuRatio.median) : "",
    `${times(row.bar)}${row.stretch ? ` / ${times(row.stretch)}` : ""}: ${verdict(row, result)}`,
    outputs(result.same),
  ]);
}

function single(row, result) {
  if (result.skipped) return cells([row.work, `not measured: ${result.skipped}`, "", ""]);
  const { ours } = result;
  return cells([
    row.work,
    row.unit === "bytes"
      ? `${figure(ours.median)} bytes`
      : `${figure(ours.median)} ${row.unit} (${range(ours.quartiles, figure)})`,
    `${figure(row.most)} ${row.unit}: ${verdict(row, result)}`,
    engineOf(result),
  ]);
}

function table({ title, rows }, results) {
  const there = rows.filter((r) => results[r.id]);
  if (!there.length) return "";
  const alone = there.every((r) => r.most !== undefined);
  const head = alone
    ? ["work", "figure", "wanted at most", "engine"]
    : ["work", "qjit", "peer", "qjit / peer", "ratio", "by processor time", "wanted / stretch", "outputs"];
  const lines = there.map((r) => (alone ? single(r, results[r.id]) : comparison(r, results[r.id])));
  return [`## ${title}`, "", cells(head), cells(head.map(() => "---")), ...lines, ""].join("\n");
}

/** The page. */
export function report(tables, results) {
  const all = Object.values(results);
  const group = (f) => [...new Set(all.filter((r) => !r.skipped).map(f))].filter(Boolean);
  return [
    "# Benchmarks",
    "",
    "Made by `npm run bench:peers`; all figures are in [benchmarks.json](benchmarks.json), how they are taken in",
    "[bench/README.md](../bench/README.md). A ratio is the median of the ratios of pairs of turns taken one after the other, the peer's",
    "time by qjit's, with the quartiles in brackets; times are medians.",
    "",
    ...tables.map((t) => table(t, results)),
    "## Machine",
    "",
    ...group((r) => `${r.cpu}, ${r.cores} cores, ${r.os}`).map((s) => `- ${s}`),
    ...group(engineOf).map((s) => `- ${s}`),
    ...group((r) => `measured ${r.date.slice(0, 10)} at commit ${r.commit}`).map((s) => `- ${s}`),
    "",
  ].join("\n");
}
