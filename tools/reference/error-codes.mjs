import { createRequire } from 'node:module';
import { generatedNote } from './page.mjs';

const require = createRequire(import.meta.url);

/** One section per code, in the order of the table, which groups them by door. */
export function errorCodesPage() {
  const { ERROR_CODES } = require('@weir/core/base');
  const { PROBLEM_STATUS } = require('@weir/contracts');
  const sections = Object.entries(ERROR_CODES).map(
    ([code, meaning]) => `## \`${code}\`\n\n${meaning} HTTP status ${PROBLEM_STATUS[code]}.\n`,
  );
  return [
    '# Error codes\n',
    generatedNote('libs/core/src/base/codes.ts'),
    'Every refusal carries one of these codes, one sentence with the reason, and the path of the',
    'field or resource it is about. Over REST it is `code` in the problem details (RFC 9457), and',
    'the last part of their `type`; the codes are stable, the sentences are not.\n',
    ...sections,
  ].join('\n');
}
