/**
 * The reference page of the command line, generated from the commands themselves, so that it
 * cannot tell anything else than `--help` does. The pages of the schemas are made by tools.
 */
export { cliReference } from './cli-reference';
