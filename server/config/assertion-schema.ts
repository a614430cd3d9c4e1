import * as v from "valibot";
import { visitorHeaders } from "../forwarded/request-headers.ts";
import { headerNameFault } from "../policy/header-map.ts";
import { checkedString, pemOrPath } from "../values/leaves.ts";

export const usualAssertionHeader = "X-Doorward-Assertion";

/** A visitor's own header of this name is removed, and doorward must receive these from visitors. */
function assertionHeaderFault(name: string): string | undefined {
  const isRead = visitorHeaders.some((read) => read === name.toLowerCase());
  return isRead
    ? `is a header that visitors send and doorward reads: use another name, such as ${usualAssertionHeader}`
    : headerNameFault(name);
}

/** undefined = apps get no assertions. */
export const assertion = v.optional(
  v.strictObject({
    header: v.optional(checkedString(assertionHeaderFault), usualAssertionHeader),
    /** PEM or a path. Left out: keys in the store, which doorward makes and replaces. */
    key: v.optional(pemOrPath),
  }),
);
