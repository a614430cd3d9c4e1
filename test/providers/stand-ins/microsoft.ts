import type { Asked, Member, Reply } from "../../peers/provider-stand-in.ts";

export const tenant = "11111111-2222-3333-4444-555555555555";

const mostInToken = 200;

/** The group ids of a token, or a link to them if there are too many. */
export function groupClaims({ id, groups }: Member): Record<string, unknown> {
  if (groups.length <= mostInToken) return { groups };
  const endpoint = `https://graph.windows.net/${tenant}/users/${id}/getMemberObjects`;
  return { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
}

/** Microsoft Graph's `transitiveMemberOf`, in pages of `$top`, with a link on every page except the last. */
export function transitiveMemberOf({ groups }: Member, { url, headers }: Asked): Reply {
  const isAdvanced = url.searchParams.has("$count") && headers.consistencylevel === "eventual";
  if (url.searchParams.has("$filter") && !isAdvanced) {
    return { status: 400, body: { error: { code: "Request_UnsupportedQuery" } } };
  }
  const size = Number(url.searchParams.get("$top") ?? "100");
  const from = Number(url.searchParams.get("$skiptoken") ?? "0");
  const next = new URL(url);
  next.searchParams.set("$skiptoken", String(from + size));
  return {
    body: {
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#groups(id)",
      "@odata.count": groups.length,
      ...(from + size < groups.length && { "@odata.nextLink": next.href }),
      value: groups.slice(from, from + size).map((id) => ({ id })),
    },
  };
}

export const graphPath = "/v1.0/me/transitiveMemberOf/microsoft.graph.group";

/** Graph's error for an expired token. */
export const invalidToken: Reply = {
  status: 401,
  body: { error: { code: "InvalidAuthenticationToken", message: "Access token has expired." } },
};
