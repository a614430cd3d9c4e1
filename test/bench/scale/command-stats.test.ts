import { describe, expect, it } from "vitest";
import {
  callsBetween,
  parseCommandStats,
  sentCommands,
  sumOf,
} from "../../../bench/scale/command-stats.ts";

const line = (name: string, calls: number) =>
  `cmdstat_${name}:calls=${calls},usec=10,usec_per_call=1.00,rejected_calls=0,failed_calls=0`;

describe("INFO commandstats", () => {
  it("is read without the commands of replication and of the Cluster", () => {
    const info = [
      "# Commandstats",
      line("get", 7),
      line("eval", 2),
      line("ping", 9),
      line("replconf", 4),
      line("cluster|slots", 3),
    ].join("\r\n");

    expect(Object.fromEntries(parseCommandStats(info))).toEqual({ get: 7, eval: 2 });
  });

  it("is added up, and compared with an earlier one", () => {
    const sum = sumOf([new Map([["get", 1]]), new Map(Object.entries({ get: 2, set: 3 }))]);

    expect(Object.fromEntries(sum)).toEqual({ get: 3, set: 3 });
    expect(Object.fromEntries(callsBetween(new Map([["get", 1]]), sum))).toEqual({
      get: 2,
      set: 3,
    });
  });
});

describe("the commands that doorward sent", () => {
  const sent = (calls: Record<string, number>) => sentCommands(new Map(Object.entries(calls)));

  it("include plain ones", () => {
    expect(sent({ get: 3, set: 1, unlink: 1, publish: 1, zrem: 1, zrange: 1 })).toBe(8);
  });

  it("of a refresh are a claim, a read, two replacements and a release", () => {
    // The scripts read three times, write twice and delete once.
    expect(sent({ set: 1 + 2, get: 1 + 3, eval: 3, del: 1 })).toBe(5);
  });

  it("of an extended lease and of a new member of a set are one each", () => {
    expect(sent({ eval: 1, get: 1, pexpire: 1 })).toBe(1);
    expect(sent({ eval: 1, zremrangebyscore: 1, zadd: 1, pexpire: 1 })).toBe(1);
  });
});
