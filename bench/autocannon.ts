import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import autocannon from "autocannon";
import { gap, parseRequest, readLoad } from "./load.ts";

// The same as wrk.lua, for machines without wrk. Arguments: the URL, the folder, "each" or "any", the pause in ms between
// a response and the next request on its connection, the first turn, the number of connections, seconds.
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
const summary = {
  requests: result.requests.total,
  seconds: result.duration,
  broken: result.errors + result.timeouts,
  refused: result["4xx"] + result["5xx"],
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
};
process.stdout.write(`\n${JSON.stringify(summary)}\n`);

function next(): { path: string; headers: Record<string, string> } {
  turn++;
  const index = order === "each" ? turn % fills.length : randomInt(fills.length);
  const { path, headers } = parseRequest(
    (templates[turn % templates.length] ?? "").replaceAll(gap, fills[index] ?? ""),
  );
  return { path, headers: Object.fromEntries(headers) };
}
