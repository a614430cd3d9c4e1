import { checkedString } from "./leaves.ts";

/** `[]` follows a key, and after it come a dot and another key, another `[]`, or the end. */
const wellFormed = /^(?:[^[\]]|(?<=[^.])\[\](?=$|\.[^.[]|\[))+$/;

function groupsClaimFault(written: string): string | undefined {
  if (written.trim() === "") return "is empty";
  if (wellFormed.test(written)) return undefined;
  return "is not the path of a claim: separate keys by dots, and write [] after the key of a list to read each of its entries, such as groups[].name";
}

/** The path of a claim with groups, which may reach into lists. */
export const groupsClaim = checkedString(groupsClaimFault);
