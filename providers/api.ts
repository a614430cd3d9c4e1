import type { Claims } from "./claims.ts";

/** One answer of a provider's API. */
export interface Page {
  readonly status: number;
  /** The JSON of the answer; undefined when there was no body. */
  readonly body: unknown;
  /** RFC 8288: where `Link` says that the next page is. */
  readonly next: string | undefined;
}

export interface Question {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Statuses beside 200 that are an answer here, such as 404 for "no member". */
  readonly expects?: readonly number[];
}

/**
 * Asks a provider's API with the visitor's access token: the configured host alone, bounded in time and
 * size. `path` is beneath the API's address, or a whole URL at the same host. Throws an `ApiError`.
 */
export type Api = (path: string, question?: Question) => Promise<Page>;

/** Why groups could not be read. */
export interface GroupsFault {
  /** Names the claim, scope or permission that is missing, for the operator. */
  readonly reason: string;
  /** The provider may well answer in a minute. */
  readonly isTransient: boolean;
}

/** The API gave no answer that can be used. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** undefined = no answer at all, or one that is no JSON. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  /** Whether it may well work in a minute: nothing came, too much was asked, or the provider is unwell. */
  get isTransient(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }
}

const mostPages = 100;

/** Every page of a list, to its end. A list without end is an error, not a part of it. */
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

/** The groups, or why there are none: `needs` names the scope or permission that the question takes. */
export async function groupsOrFault(
  needs: string,
  look: () => Promise<readonly string[]>,
): Promise<{ groups: readonly string[]; groupsFault: GroupsFault | undefined }> {
  try {
    return { groups: await look(), groupsFault: undefined };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const groupsFault = {
      reason: `${error.message} (it needs ${needs})`,
      isTransient: error.isTransient,
    };
    return { groups: [], groupsFault };
  }
}

/** The objects of a list. Anything but a list is no empty one: it would take somebody's groups away in silence. */
export function records(body: unknown): Claims[] {
  if (!Array.isArray(body)) throw new ApiError("the provider's API answers with no list", 200);
  return body.filter((entry: unknown): entry is Claims => isRecord(entry));
}

function isRecord(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
