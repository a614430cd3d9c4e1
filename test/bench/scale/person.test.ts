import { describe, expect, it } from "vitest";
import { judge, type Person } from "../../../bench/scale/person.ts";

const live: Person = { subject: "ada", token: "t" };
const ending: Person = { ...live, endingAt: 100 };
const ended: Person = { ...ending, endedAt: 150 };

describe("an answer of /verify", () => {
  it.each([200, 503])("of %i is right for a live session", (status) => {
    expect(judge(live, status, 90)).toEqual({ kind: "right" });
  });

  it.each([302, 303, 401])("of %i for a live session is a lost session", (status) => {
    expect(judge(live, status, 90)).toEqual({ kind: "lost" });
  });

  it.each([200, 302, 503])("of %i is right while the sign-out is not confirmed", (status) => {
    expect(judge(ending, status, 120)).toEqual({ kind: "right" });
  });

  it("of 200 is late if its request began after the confirmation", () => {
    expect(judge(ended, 200, 175)).toEqual({ kind: "late", lateMs: 25 });
    expect(judge(ended, 200, 149)).toEqual({ kind: "right" });
    expect(judge(ended, 302, 175)).toEqual({ kind: "right" });
  });
});
