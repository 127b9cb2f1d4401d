/** What a caller may do: look, change the fabric through plans, or change the daemon as well. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** An authenticated caller; `name` is what the journal records. */
export interface Principal {
  readonly name: string;
  readonly role: Role;
}

export const roleAllows = (have: Role, need: Role): boolean =>
  ROLES.indexOf(have) >= ROLES.indexOf(need);
