/** No answer in time. `taken`: an engine had the command, so its outcome is unknown. */
export class CommandTimeout extends Error {
  constructor(
    readonly taken: boolean,
    timeoutMs: number,
  ) {
    super(
      taken
        ? `the engine took the command but did not answer within ${timeoutMs} ms; its outcome is unknown`
        : `no engine took the command within ${timeoutMs} ms; it was not executed`,
    );
    this.name = 'CommandTimeout';
  }
}
