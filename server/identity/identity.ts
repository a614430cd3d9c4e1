import type { GroupsFault } from "../../providers/api.ts";
import type { Claims } from "../../providers/claims.ts";
import type { Gaps } from "../../providers/provider.ts";

/** A signed-in visitor. Issuer and subject identify them (OpenID Connect Core §5.7); the rest describes them. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** Verified by the provider, in the canonical spelling that policies compare. */
  readonly email: string | undefined;
  readonly groups: readonly string[];
  /** Those of `groups` that every account of the issuer has. */
  readonly defaultGroups?: readonly string[] | undefined;
  /** Why the groups could not be read; `groups` is then empty. */
  readonly groupsFault?: GroupsFault | undefined;
  /** What the claims lack, for the log of a denial. */
  readonly gaps?: Gaps | undefined;
  readonly name: string | undefined;
  readonly preferredUsername: string | undefined;
  /** The name of the provider in the configuration. */
  readonly provider: string;
  readonly claims: Claims;
}
