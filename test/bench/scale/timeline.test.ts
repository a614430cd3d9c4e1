import { expect, it } from "vitest";
import { kindOf, Timeline } from "../../../bench/scale/timeline.ts";

it("a timeline counts the answers of each second, also of seconds without any", () => {
  const timeline = new Timeline(1_000);
  timeline.add(1_000, kindOf(200));
  timeline.add(1_999, kindOf(503));
  timeline.add(3_500, kindOf(302));
  timeline.add(3_500, kindOf(0));
  timeline.mark(3_100, "a primary is killed");

  const none = { allowed: 0, unavailable: 0, challenged: 0, broken: 0 };
  expect(timeline.seconds).toEqual([
    { at: 0, counts: { ...none, allowed: 1, unavailable: 1 }, events: [] },
    { at: 1, counts: none, events: [] },
    { at: 2, counts: { ...none, challenged: 1, broken: 1 }, events: ["a primary is killed"] },
  ]);
});

it.each([
  [200, "allowed"],
  [503, "unavailable"],
  [302, "challenged"],
  [303, "challenged"],
  [500, "broken"],
  [401, "broken"],
])("status %i is %s", (status, kind) => expect(kindOf(status)).toBe(kind));
