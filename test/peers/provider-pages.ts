import type { Asked, Reply } from "./provider-stand-in.ts";

/** A page by its number (`page`, `per_page`), with a `Link` to the next one (RFC 8288), as at GitHub and GitLab. */
export function numberedPage({ url }: Asked, mostPerPage: number, all: readonly unknown[]): Reply {
  const page = Number(url.searchParams.get("page") ?? "1");
  const asked = Number(url.searchParams.get("per_page") ?? "30");
  const size = Math.min(asked, mostPerPage);
  const body = all.slice((page - 1) * size, page * size);
  if (page * size >= all.length) return { body };
  const next = new URL(url);
  next.searchParams.set("page", String(page + 1));
  const first = new URL(url);
  first.searchParams.set("page", "1");
  return { body, headers: { Link: `<${next}>; rel="next", <${first}>; rel="first"` } };
}
