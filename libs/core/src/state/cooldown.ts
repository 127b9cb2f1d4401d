/** Under this a rule rests: where it acted, for what. */
export const cooldownKey = (rule: string | null, objectiveId: string | null): string =>
  `${rule ?? ''}|${objectiveId ?? ''}`;
