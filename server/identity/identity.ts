import type { GroupsFault } from "../../providers/api.ts";
import type { Claims } from "../../providers/claims.ts";

/** Who somebody is: issuer and subject name them (OpenID Connect Core §5.7), the rest describes them. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** Verified by the provider, and in the spelling that policies compare. */
  readonly email: string | undefined;
  readonly groups: readonly string[];
  /** Why there are no groups: they could not be had. */
  readonly groupsFault?: GroupsFault | undefined;
  readonly name: string | undefined;
  readonly preferredUsername: string | undefined;
  /** The name of the provider in the configuration. */
  readonly provider: string;
  readonly claims: Claims;
}
