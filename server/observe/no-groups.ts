import type { GroupsFault } from "../../providers/api.ts";

/** A log field for a denied request whose groups could not be read, with what the operator can fix. */
export function noGroups(fault: GroupsFault | undefined): { noGroups?: string } {
  return fault === undefined ? {} : { noGroups: `the groups could not be read: ${fault.reason}` };
}
