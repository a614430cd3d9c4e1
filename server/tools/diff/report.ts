import type { Config } from "../../config/schema.ts";
import { urlOf } from "../../forwarded/forwarded-request.ts";
import type { Ruling } from "../policy/policy.ts";
import { maskedQuery } from "./border-requests.ts";
import { changedSettings } from "./changed-settings.ts";
import { groupDifferences, type DifferenceGroup } from "./difference-groups.ts";
import { findDifferences } from "./differences.ts";
import { compileSides, type Sides } from "./sides.ts";

export interface Report {
  readonly lines: readonly string[];
  readonly isSame: boolean;
  readonly isComplete: boolean;
}

/** More lines of one difference would hide the others. */
const mostShown = 12;

/** What two configurations decide differently, for an operator. */
export function compareConfigs(
  configs: Sides<Config>,
  folders: Sides<string>,
  now: number,
): Report {
  const { differences, omitted } = findDifferences(compileSides(configs), now);
  const settings = changedSettings(configs, folders);
  const groups = groupDifferences(differences);
  const isSame = groups.length === 0 && settings.length === 0;
  return {
    lines: [
      ...groups.flatMap(groupLines),
      ...settings.map((line) => `SETTING ${line}`),
      ...omitted.map((what) => `NOT TRIED ${what}`),
      summaryOf(groups, settings.length),
    ],
    isSame,
    isComplete: omitted.length === 0,
  };
}

function summaryOf(groups: readonly DifferenceGroup[], settings: number): string {
  if (groups.length === 0)
    return settings === 0 ? "no difference" : "no rule decides differently; see the settings above";
  const openings = groups.filter(({ mark }) => mark === "OPENED").length;
  const count = groups.length === 1 ? "1 difference" : `${groups.length} differences`;
  return `${count} in decisions, of which ${openings} let more pass`;
}

function groupLines({ example, visitors, requests, others, mark }: DifferenceGroup): string[] {
  const { old, new: later } = example.rulings;
  const { method } = example.request.asked.request;
  return [
    `${mark.padEnd(6)} ${old.verdict} -> ${later.verdict} (old: ${byWords(old)}; new: ${byWords(later)})`,
    ...shortened(visitors).map((who) => `     who   ${who}`),
    ...shortened(requests).map((where) => `     where ${where}`),
    ...(others === 0
      ? []
      : [`     and   ${others} more over http, on other ports or in other spellings`]),
    `     such as ${method} ${exampleUrl(example.request.asked)}`,
  ];
}

function exampleUrl({ request }: DifferenceGroup["example"]["request"]["asked"]): string {
  const [path = "", ...query] = urlOf(request).split("?");
  const url = [path, ...(query.length > 0 ? [maskedQuery(query.join("?"))] : [])].join("?");
  return url.length > 300 ? `${url.slice(0, 300)}… (${url.length} characters)` : url;
}

function byWords({ rule, reason }: Ruling): string {
  return `${rule ?? "no site"}${reason === undefined ? "" : `, ${reason}`}`;
}

function shortened(all: readonly string[]): string[] {
  if (all.length <= mostShown) return [...all];
  return [...all.slice(0, mostShown), `and ${all.length - mostShown} more`];
}
