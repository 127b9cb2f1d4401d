import { createRequire } from 'node:module';
import { generatedNote } from './page.mjs';

const require = createRequire(import.meta.url);

/** One section per code, in the order of the table, which groups them by door. */
export function errorCodesPage() {
  const { ERROR_CODES, REMEDIES } = require('@weir/core/base');
  const { PROBLEM_STATUS } = require('@weir/contracts');
  const sections = Object.entries(ERROR_CODES).map(
    ([code, meaning]) =>
      `## \`${code}\`\n\n${meaning} HTTP status ${PROBLEM_STATUS[code]}.\n\nWhat to do: ${REMEDIES[code]}\n`,
  );
  return [
    '# Error codes\n',
    generatedNote('libs/core/src/base/codes.ts'),
    'Every refusal carries one of these codes, one sentence with the reason, and the path of the',
    'field or resource it is about. Over REST it is `code` in the problem details (RFC 9457), and',
    'the last part of their `type`; `remedy` is what to do. The codes are stable, the sentences are',
    'not. `weir explain CODE` shows the same.\n',
    ...sections,
  ].join('\n');
}
