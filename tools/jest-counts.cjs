// Writes what a run came to into the file that WEIR_JEST_COUNTS names. Jest's own --json fails on
// errors that refer to themselves, and then the failure of one test would hide all the others.
const { writeFileSync } = require('node:fs');

module.exports = class JestCounts {
  onRunComplete(_, results) {
    const file = process.env.WEIR_JEST_COUNTS;
    if (!file) return;
    const failures = results.testResults
      .filter((suite) => suite.numFailingTests > 0 || suite.testExecError)
      .map((suite) => ({
        path: suite.testFilePath,
        message: suite.failureMessage ?? '',
        passed: suite.numPassingTests,
        failed: suite.testExecError ? 1 : suite.numFailingTests,
        skipped: suite.numPendingTests + suite.numTodoTests,
      }));
    const counts = {
      files: results.numTotalTestSuites,
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(file, JSON.stringify({ ...counts, failures }));
  }
};
