import { inTurns, type Cost } from "./in-turns.ts";
import { gateWith } from "./many-hosts.ts";

/** About a quarter of a second a turn on a slow core. */
const amount = { rounds: 13, times: 40_000 };

const oneHost = await gateWith(1, 1);
const alike = inTurns(oneHost, await gateWith(1_000, 10), amount);
const unlike = inTurns(oneHost, await gateWith(1_000, 10, { hasOwnGroups: true }), amount);

say("1 host, 1 rule", alike.one, "µs a request");
say("1,000 hosts, 10 rules each", alike.other, "µs a request");
say("the first as a share of the second", alike.ratio, "(1 = as cheap; the goal is 0.83 or more)");
say("1,000 hosts, 10 rules each that no other has", unlike.other, "µs a request");
say("the first as a share of that", unlike.ratio, "(likewise)");
const result = {
  hosts1k: rounded(alike.ratio.median),
  hosts1kOwnGroups: rounded(unlike.ratio.median),
  oneHostMicroseconds: rounded(alike.one.median),
  thousandHostsMicroseconds: rounded(alike.other.median),
};
print(JSON.stringify(result));

function say(what: string, { median, lowerQuartile, upperQuartile }: Cost, unit: string): void {
  const spread = `${rounded(lowerQuartile)} to ${rounded(upperQuartile)}`;
  print(`${what}: ${rounded(median)} ${unit}, half of the rounds from ${spread}`);
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
