import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLog, logOfVisitors, setLog, type Log } from "../../server/observe/log.ts";

/** A stream whose reader does not read until `resume`. */
function slowStream() {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  let isResumed = false;
  const stream = new Writable({
    decodeStrings: false,
    write(line: string, _, done) {
      lines.push(line);
      if (isResumed) done();
      else waiting.push(done);
    },
  });
  const resume = () => {
    isResumed = true;
    for (const done of waiting) done();
  };
  return { stream, lines, resume };
}

it("the log queues at most about a mebibyte for a slow reader, and then logs how many lines were dropped", async () => {
  const { stream, lines, resume } = slowStream();
  const log = createLog(stream);
  const text = "x".repeat(1_000);
  const sent = 20_000;

  for (let index = 0; index < sent; index++) log.warn({ text }, "refused");
  const queued = stream.writableLength;
  const drained = new Promise((resolve) => stream.once("drain", resolve));
  resume();
  await drained;

  const events = lines.map((line): Record<string, unknown> => JSON.parse(line));
  const written = events.filter(({ msg }) => msg === "refused").length;
  expect(queued).toBeLessThan(1.1 * 1024 * 1024);
  expect(written).toBeGreaterThan(500);
  expect(events.at(-1)).toMatchObject({
    level: 40,
    msg: "log lines dropped: the reader is too slow",
    count: sent - written,
  });

  log.info("later");
  expect(lines.at(-1)).toContain('"msg":"later"');
});

it("a slow reader loses the lines that visitors cause before those of sign-ins", async () => {
  const { stream, lines, resume } = slowStream();
  const log = createLog(stream);
  const text = "x".repeat(1_000);
  const [ofVisitors, ofPeople] = [5_000, 400];

  for (let index = 0; index < ofVisitors; index++) logOfVisitors(log).warn({ text }, "refused");
  const queued = stream.writableLength;
  for (let index = 0; index < ofPeople; index++) log.info({ text }, "signed in");
  logOfVisitors(log).warn({ text }, "refused");
  const drained = new Promise((resolve) => stream.once("drain", resolve));
  resume();
  await drained;

  const events = lines.map((line): Record<string, unknown> => JSON.parse(line));
  const written = (wanted: string) => events.filter(({ msg }) => msg === wanted).length;
  const dropped = ofVisitors + 1 - written("refused");
  expect(queued).toBeLessThan(0.55 * 1024 * 1024);
  expect(written("refused")).toBeGreaterThan(400);
  expect(written("signed in")).toBe(ofPeople);
  expect(events.at(-1)).toMatchObject({ count: dropped, ofVisitors: dropped });
});

it("dropped lines are counted in the log also if the queue never drains", async () => {
  vi.useFakeTimers();
  try {
    const { stream, lines, resume } = slowStream();
    const log = createLog(stream);
    const text = "x".repeat(1_000);
    for (let index = 0; index < 600; index++) log.info({ text }, "signed in");
    logOfVisitors(log).warn({ text }, "refused");

    await vi.advanceTimersByTimeAsync(5_000);
    resume();

    const events = lines.map((line): Record<string, unknown> => JSON.parse(line));
    expect(events.filter(({ msg }) => msg === "refused")).toEqual([]);
    expect(events.at(-1)).toMatchObject({ count: 1, ofVisitors: 1 });
  } finally {
    vi.useRealTimers();
  }
});

/** A stream with the behaviour of process.stdout: it accepts writes again after one has failed. */
class FullStream extends EventEmitter {
  readonly lines: string[] = [];
  readonly writableLength = 0;
  isFull = true;
  attempts = 0;

  write(line: string, done: (error?: Error) => void): boolean {
    this.attempts++;
    if (!this.isFull) this.lines.push(line);
    const error = this.isFull ? new Error("no space left") : undefined;
    queueMicrotask(() => {
      done(error);
      if (error) this.emit("error", error);
    });
    return true;
  }
}

describe("a stream that cannot be written", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  async function logLines(log: Log, count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      log.error({ index }, "written");
      await vi.advanceTimersByTimeAsync(0);
    }
  }

  it("is tried every five seconds, and then gets the number of the lost lines and the reason", async () => {
    const stream = new FullStream();
    const log = createLog(stream as unknown as Writable);
    await logLines(log, 100);
    logOfVisitors(log).warn("refused");
    await vi.advanceTimersByTimeAsync(20_000);
    const { attempts } = stream;

    stream.isFull = false;
    await vi.advanceTimersByTimeAsync(5_000);
    await logLines(log, 1);

    const [report = "", line = ""] = stream.lines;
    expect(attempts).toBe(5);
    // A part of the last line may have been written: it ends there.
    expect(report.startsWith("\n{")).toBe(true);
    expect(JSON.parse(report)).toMatchObject({
      msg: "log lines lost: writing them failed",
      count: 101,
      ofVisitors: 1,
      reason: "no space left",
    });
    expect(JSON.parse(line)).toMatchObject({ index: 0, msg: "written" });
    expect(line.startsWith("{")).toBe(true);
    expect(process.stderr.write).toHaveBeenCalledTimes(1);
  });

  it("gets the next lines also if the log leaves the report out", async () => {
    const stream = new FullStream();
    const log = createLog(stream as unknown as Writable);
    setLog(log, { level: "error" });
    await logLines(log, 3);

    stream.isFull = false;
    await vi.advanceTimersByTimeAsync(5_000);
    await logLines(log, 2);

    expect(stream.lines.map((line) => JSON.parse(line).msg)).toEqual(["written", "written"]);
  });
});

describe("the settings of a log", () => {
  function written(isTTY: boolean) {
    const lines: string[] = [];
    const write = (chunk: Buffer, _: string, done: () => void) => {
      lines.push(String(chunk));
      done();
    };
    const log = createLog(Object.assign(new Writable({ write }), { isTTY }));
    return { log, lines };
  }
  const pretty = /^\d\d:\d\d:\d\dZ {2}info {2}signed in {2}subject="ada"\n$/;

  it.each([
    ["JSON elsewhere", false, undefined, /^\{"level":30,"time":"[^"]*Z","subject":"ada"/],
    ["readable text at a terminal, with the zone of its times", true, undefined, pretty],
    ["JSON at a terminal", true, "json", /^\{"level":30/],
    ["readable text elsewhere", false, "pretty", pretty],
  ] as const)("write %s", (_, isTTY, format, line) => {
    const { log, lines } = written(isTTY);
    setLog(log, { level: "info", format });

    log.info({ subject: "ada" }, "signed in");
    log.debug("left out");

    expect(lines).toEqual([expect.stringMatching(line)]);
  });

  it.each([
    ["\u007f", "u007f"],
    ["\u009b31m", "u009b31m"],
    ["\u2028", "u2028"],
    ["\u202e", "u202e"],
    ["\u2066", "u2066"],
    ["\u200f", "u200f"],
    ["\u061c", "u061c"],
  ])("escape in readable text what could control a terminal: %j", (sent, escaped) => {
    const { log, lines } = written(true);

    log.warn({ path: `/é${sent}` }, `refused${sent}`);

    expect(lines.join("")).not.toContain(sent);
    expect(lines.join("").split(`\\${escaped}`)).toHaveLength(3);
    expect(lines.join("")).toContain("/é");
  });

  it("can change", () => {
    const { log, lines } = written(false);
    log.debug("left out");
    setLog(log, { level: "debug" });
    log.debug("written");
    setLog(log, { level: "error", format: "pretty" });
    log.warn("left out");
    logOfVisitors(log).warn("left out");
    log.error("readable");

    expect(lines).toEqual([
      expect.stringContaining('"msg":"written"'),
      expect.stringMatching(/Z {2}error {2}readable\n$/),
    ]);
  });
});
