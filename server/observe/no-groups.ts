import type { GroupsFault } from "../../providers/api.ts";

/** For the log of a refusal: that no group could have helped, and what the operator can mend. */
export function noGroups(fault: GroupsFault | undefined): { noGroups?: string } {
  return fault === undefined ? {} : { noGroups: `the groups could not be had: ${fault.reason}` };
}
