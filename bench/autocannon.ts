import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import autocannon from "autocannon";
import { gap, parseRequest, readLoad } from "./load.ts";

// What wrk.lua does, where wrk is missing. Words: the URL, the folder, "each" or "any", a pause in ms between an
// answer and its connection's next request, the first turn, connections, seconds.
const [url = "", folder = "", order = "", ...numbers] = process.argv.slice(2);
const [pauseMs = 0, from = 0, connections = 1, seconds = 1] = numbers.map(Number);

const { templates, fills } = readLoad((name) => readFileSync(join(folder, name), "utf8"));
let turn = from;

const result = await autocannon({
  url,
  connections,
  duration: seconds,
  timeout: 5,
  ...(pauseMs > 0 && { overallRate: (connections / pauseMs) * 1000 }),
  requests: [{ setupRequest: (request) => ({ ...request, ...next() }) }],
});
const said = {
  requests: result.requests.total,
  seconds: result.duration,
  broken: result.errors + result.timeouts,
  p99Ms: result.latency.p99,
};
process.stdout.write(`\n${JSON.stringify(said)}\n`);

function next(): { path: string; headers: Record<string, string> } {
  turn++;
  const index = order === "each" ? turn % fills.length : randomInt(fills.length);
  const { path, headers } = parseRequest(
    (templates[turn % templates.length] ?? "").replaceAll(gap, fills[index] ?? ""),
  );
  return { path, headers: Object.fromEntries(headers) };
}
