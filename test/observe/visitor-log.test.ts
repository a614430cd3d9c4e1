import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAudit } from "../../server/observe/audit.ts";
import { limitLog } from "../../server/observe/visitor-log.ts";
import { capturingLog } from "../peers/capturing-log.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function limited() {
  const { log, events } = capturingLog();
  const visitorLog = limitLog(log);
  const flood = (count: number, fields = {}) => {
    for (let index = 0; index < count; index++) visitorLog.warn(fields, "refused");
  };
  return { visitorLog, flood, events };
}

const summary = { msg: "similar lines left out", message: "refused", level: 40 };

it("audit events of an issuer or an operator have no limit, with a subject or without", () => {
  const { log, events } = capturingLog();
  const audit = createAudit(log, limitLog(log));

  for (let index = 0; index < 100; index++) audit("sessions_revoked", "back_channel", {});
  for (let index = 0; index < 100; index++) audit("config_reloaded", "applied", {});

  expect(events).toHaveLength(200);
});

it("front-channel logouts have a limit, because a visitor can open their URL again and again", () => {
  const { log, events } = capturingLog();
  const audit = createAudit(log, limitLog(log));

  for (let index = 0; index < 100; index++) audit("sessions_revoked", "front_channel", {});

  expect(events).toHaveLength(60);
});

it("the fields of an audit event that is left out are not collected", () => {
  const { log, events } = capturingLog();
  const audit = createAudit(log, limitLog(log));
  const collect = vi.fn<() => { fields: { host: string }; details: { peer: string } }>(() => ({
    fields: { host: "a" },
    details: { peer: "b" },
  }));

  for (let index = 0; index < 1_000; index++) audit("refused", "malformed", collect);

  expect(collect).toHaveBeenCalledTimes(60);
  expect(events).toHaveLength(60);
  expect(events[0]).toMatchObject({
    event: "refused",
    reason: "malformed",
    msg: "refused: malformed",
    host: "a",
    peer: "b",
  });
});

describe("the log for lines that visitors cause", () => {
  it("writes 60 lines of a kind in a minute, and then the number left out", () => {
    const { flood, events } = limited();

    flood(1_000);
    const during = events.length;
    vi.advanceTimersByTime(60_000);

    expect(during).toBe(60);
    expect(events).toHaveLength(61);
    expect(events.at(-1)).toMatchObject({ ...summary, leftOut: 940 });
  });

  it("writes again in the next minute", () => {
    const { flood, events } = limited();
    flood(61);
    vi.advanceTimersByTime(60_000);

    flood(2);

    expect(events.map(({ msg }) => msg).slice(59)).toEqual([
      "refused",
      "similar lines left out",
      "refused",
      "refused",
    ]);
  });

  it("adds no line to a kind of which none was left out", () => {
    const { flood, visitorLog, events } = limited();

    flood(60);
    vi.advanceTimersByTime(120_000);
    visitorLog.flush();

    expect(events).toHaveLength(60);
  });

  it("counts each code of a message alone", () => {
    const { flood, events } = limited();
    flood(100, { code: "transaction_missing" });

    flood(1, { code: "issuer_unreachable" });

    expect(events.at(-1)).toMatchObject({ msg: "refused", code: "issuer_unreachable" });
  });

  it("counts fields that visitors choose together", () => {
    const { visitorLog, events } = limited();

    for (let index = 0; index < 100; index++)
      visitorLog.info({ host: `h${index}`, reason: `${index}` }, "refused");

    expect(events).toHaveLength(60);
  });

  it("writes the counts when it is flushed, once", () => {
    const { flood, visitorLog, events } = limited();
    flood(62);

    visitorLog.flush();
    vi.advanceTimersByTime(60_000);

    expect(events).toHaveLength(61);
    expect(events.at(-1)).toMatchObject({ ...summary, leftOut: 2 });
  });
});
