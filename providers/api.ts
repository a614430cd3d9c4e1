import type { Claims } from "./claims.ts";

/** One response of a provider's API. */
export interface Page {
  readonly status: number;
  /** The JSON of the response; undefined = no body. */
  readonly body: unknown;
  /** The address of the next page in the `Link` header (RFC 8288). */
  readonly next: string | undefined;
}

export interface Question {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Expected statuses other than 200, such as 404 for "not a member". */
  readonly expects?: readonly number[];
}

/**
 * Sends a request to a provider's API with the visitor's access token, only to the configured host, with limits of
 * time and size. `path` is under the API's address, or a whole URL at the same host. Throws an `ApiError`.
 */
export type Api = (path: string, question?: Question) => Promise<Page>;

/** Why groups could not be read. */
export interface GroupsFault {
  /** For the operator, with the missing claim, scope or permission. */
  readonly reason: string;
  /** A retry may succeed. */
  readonly isTransient: boolean;
}

/** The API sent no usable response. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** undefined = no response, or one that is not JSON. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  /** Whether a retry may succeed: no response, too many requests, or an error of the server. */
  get isTransient(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }
}

const mostPages = 100;

/** All pages of a list. Too many pages are an error, so that the result is never a partial list. */
export async function everyPage<T>(
  api: Api,
  first: string,
  read: (body: unknown) => readonly T[],
  next: (page: Page) => string | undefined = (page) => page.next,
  question: Question = {},
): Promise<T[]> {
  const all: T[] = [];
  let path: string | undefined = first;
  for (let pages = 0; path !== undefined; pages++) {
    if (pages === mostPages) throw new ApiError(`${first} has more than ${mostPages} pages`, 200);
    const page: Page = await api(path, question);
    all.push(...read(page.body));
    path = next(page);
  }
  return all;
}

/** The groups, or why they could not be read. `needs` names the required scope or permission. */
export async function groupsOrFault(
  needs: string,
  look: () => Promise<readonly string[]>,
): Promise<{ groups: readonly string[]; groupsFault: GroupsFault | undefined }> {
  try {
    return { groups: await look(), groupsFault: undefined };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const groupsFault = {
      reason: `${error.message} (required: ${needs})`,
      isTransient: error.isTransient,
    };
    return { groups: [], groupsFault };
  }
}

/** The objects of a list. Anything else is an error: as an empty list, it would silently remove a visitor's groups. */
export function records(body: unknown): Claims[] {
  if (!Array.isArray(body))
    throw new ApiError("the provider's API sent a response that is not a list", 200);
  return body.filter((entry: unknown): entry is Claims => isRecord(entry));
}

function isRecord(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
