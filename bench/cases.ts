import {
  areas,
  bearerDoor,
  hosts,
  manyHostsDoor,
  redisDoor,
  sessionCookieName,
  usualDoor,
  type SiteContext,
} from "./doors.ts";
import { bothShapes, gap, type Load } from "./load.ts";

/** One row of the table: a doorward, its load, and the goal for the bare server's CPU time as a share of doorward's. */
export interface Case {
  readonly key: "hot" | "challenge" | "redis" | "sessions1m" | "hosts1k" | "bearer" | "refused";
  readonly title: string;
  readonly goal: number;
  readonly door: DoorName;
  readonly load: (door: SiteContext) => Load;
}

export type DoorName = keyof typeof doors;

export const doors = {
  usual: usualDoor,
  redis: redisDoor,
  manyHosts: manyHostsDoor,
  bearer: bearerDoor,
};

const allowed = [200, 200];
const tokenBytes = 43;
const app = { host: "app.example.com", uri: "/area-9/report?year=2026" };
const signedIn = { own: `${sessionCookieName}=${gap}`, fillBytes: tokenBytes - gap.length };

/** Many hosts or sessions at 0.95 of one, which costs as much as the bare server. */
const manyOfOne = 0.95;

export const cases: readonly Case[] = [
  {
    key: "hot",
    title: "allow, session in the hot cache",
    goal: 0.85,
    door: "usual",
    load: ({ sessions }) => ({
      templates: bothShapes({ ...app, ...signedIn }),
      fills: sessions,
      statuses: allowed,
    }),
  },
  {
    key: "challenge",
    title: "challenge (no cookie of ours), navigation",
    goal: 0.8,
    door: "usual",
    load: () => ({ templates: bothShapes(app), fills: [""], statuses: [401, 302] }),
  },
  {
    key: "sessions1m",
    title: "allow, 1,000,000 sessions stored, 50,000 active",
    goal: manyOfOne,
    door: "redis",
    load: ({ sessions }) => ({
      templates: bothShapes({ ...app, ...signedIn }),
      fills: sessions,
      statuses: allowed,
    }),
  },
  {
    key: "redis",
    title: "allow, Redis as the store, hot",
    goal: 0.85,
    door: "redis",
    load: ({ sessions }) => ({
      templates: bothShapes({ ...app, ...signedIn }),
      fills: sessions.slice(0, 1),
      statuses: allowed,
    }),
  },
  {
    key: "hosts1k",
    title: "allow, 1,000 hosts with 10 rules each",
    goal: manyOfOne,
    door: "manyHosts",
    load: ({ sessions: [token] }) => ({
      templates: bothShapes({
        host: gap,
        uri: `/${areas.at(-1)}/report?year=2026`,
        own: `${sessionCookieName}=${token}`,
      }),
      fills: hosts,
      statuses: allowed,
    }),
  },
  {
    key: "bearer",
    title: "allow, bearer JWT seen before",
    goal: 0.75,
    door: "bearer",
    load: ({ bearer }) => ({
      templates: bothShapes({ ...app, authorization: `Bearer ${bearer}` }),
      fills: [""],
      statuses: allowed,
    }),
  },
  {
    key: "refused",
    title: "refused: malformed, conflict, unknown host",
    goal: 0.85,
    door: "usual",
    load: () => ({
      templates: [
        ...bothShapes({ ...app, host: "app@example.com" }),
        ...bothShapes(app).map(withOtherFamily),
        ...bothShapes({ ...app, host: "app.example.org" }),
      ],
      fills: [""],
      statuses: [403, 400, 400, 400, 403, 403],
    }),
  },
];

/** The same question with a header of the other family, which describes another request. */
function withOtherFamily(request: string, index: number): string {
  const other =
    index === 0 ? "X-Forwarded-Uri: /other" : "X-Original-URL: https://app.example.com/";
  return request.replace("\r\n\r\n", `\r\n${other}\r\n\r\n`);
}
