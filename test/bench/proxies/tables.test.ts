import { describe, expect, it } from "vitest";
import type { ProxyReport } from "../../../bench/proxies/measure-proxies.ts";
import { plotProxies } from "../../../bench/proxies/plot.ts";
import { describeProxies } from "../../../bench/proxies/tables.ts";
import type { Round } from "../../../bench/proxies/take-rounds.ts";
import { orderOf, type Variant } from "../../../bench/proxies/variants.ts";

function round(
  proxyMicros: number,
  serviceMicros: number,
  [p50Ms, p99Ms]: [number, number],
): Round {
  const perSecond = 1e6 / (proxyMicros + serviceMicros);
  const sample = { perSecond, proxyMicros, serviceMicros, busy: 1, p50Ms, p99Ms };
  // The other phase must not mix in.
  const calm = { ...sample, perSecond: 800, proxyMicros: 7_777, serviceMicros: 7_777, busy: 0.1 };
  return { peak: { ...sample, p50Ms: 99, p99Ms: 99 }, calm };
}

const rounds = new Map<Variant, Round[]>([
  ["unprotected", [round(40, 0, [0.2, 0.5]), round(50, 0, [0.3, 0.6]), round(60, 0, [0.2, 0.4])]],
  ["bare", [round(60, 20, [0.3, 0.7]), round(70, 30, [0.5, 0.9]), round(90, 30, [0.4, 0.8])]],
  ["doorward", [round(60, 20, [0.3, 0.7]), round(80, 20, [0.5, 1.2]), round(80, 20, [0.3, 0.6])]],
]);

const report: ProxyReport = {
  proxies: [{ title: "nginx 1.0.0", rounds }],
  absentProxies: ["Traefik"],
  absentServices: ["oauth2-proxy"],
};

/** The cells of the row that starts so. */
function row(text: string, ...start: string[]): string[] {
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const found = rows.filter((cells) => start.every((cell, index) => cells[index + 1] === cell));
  expect(found).toHaveLength(1);
  return found[0]?.slice(start.length + 1, -1) ?? [];
}

describe("the tables of --proxies", () => {
  const text = describeProxies(report);

  it("show the unprotected proxy with its whole latency", () => {
    const cells = row(text, "nginx 1.0.0", "none (unprotected)");

    expect(cells).toEqual(["20000", "1", "50", "", "0.20 in all", "0.50 in all"]);
  });

  it("show medians of the rounds' ratios and differences, with lowest and highest", () => {
    const cells = row(text, "nginx 1.0.0", "doorward");

    expect(cells).toEqual([
      "10000",
      "0.50 (0.50 to 0.60)",
      "80",
      "20",
      "0.10 (0.10 to 0.20)",
      "0.20 (0.20 to 0.60)",
    ]);
  });

  it("compare doorward with the other services, and with the proxy's own cost", () => {
    const [, comparison = ""] = text.split("\n\n");

    expect(row(comparison, "nginx 1.0.0")).toEqual([
      "1.00 (1.00 to 1.20)",
      "not installed",
      "0.50 (0.50 to 0.60)",
    ]);
  });

  it("name what is not installed", () => {
    expect(text).toContain("Not installed, so not measured: Traefik, oauth2-proxy.");
    expect(describeProxies({ ...report, absentProxies: [], absentServices: [] })).not.toContain(
      "not measured",
    );
  });

  it("mark the requests a second if the proxy waited for the load generator", () => {
    const [{ peak, calm } = round(60, 20, [0, 0])] = rounds.get("bare") ?? [];
    const idle = [{ calm, peak: { ...peak, busy: 0.9 } }];
    const marked = {
      ...report,
      proxies: [{ title: "n", rounds: new Map([["bare", idle]] as const) }],
    };

    expect(row(describeProxies(marked), "n", "bare")[0]).toBe("≥ 12500");
    expect(row(text, "nginx 1.0.0", "bare")[0]).toBe("10000");
  });
});

describe("the plot of --proxies", () => {
  it("has a bar for each measured variant, as long as its CPU time", () => {
    const plot = plotProxies(report);
    const bars = Array.from(
      plot.matchAll(/<rect x="[\d.]+" y="\d+" width="([\d.]+)"/g),
      ([, width]) => Number(width),
    );

    expect(bars).toHaveLength(6); // the proxy and the service of three variants
    const [plain, none, proxy, , protectedProxy, service] = bars;
    expect(none).toBe(0);
    expect(proxy).toBeGreaterThan(plain ?? 0);
    expect(protectedProxy).toBeCloseTo(4 * (service ?? 0), 0); // 80 and 20
    expect(plot).not.toContain("oauth2-proxy");
  });

  it("shows the lowest and the highest of all rounds", () => {
    const ranges = Array.from(
      plotProxies(report).matchAll(/<path d="M([\d.]+) [\d.]+H([\d.]+)"/g),
      ([, lowest, highest]) => Number(highest) - Number(lowest),
    );

    const [unprotected = 0, bare] = ranges;
    expect(ranges).toHaveLength(3);
    expect(unprotected).toBeGreaterThan(0); // from 40 to 60
    expect(bare).toBeCloseTo(2 * unprotected, 0); // from 80 to 120
  });
});

describe("orderOf", () => {
  it("puts each one first equally often", () => {
    const orders = [0, 1, 2, 3].map((number) => orderOf(["a", "b", "c"], number).join(""));

    expect(orders).toEqual(["abc", "bca", "cab", "abc"]);
  });
});
