import { gnmi } from '@weir/proto-gen';
import { invalidArgument, unimplemented, type ValueEncoding } from '@weir/gnmi';

const { Encoding } = gnmi;

/** Encodings that the target speaks, as Capabilities tells. */
export const ENCODINGS: readonly ValueEncoding[] = [
  Encoding.JSON_IETF,
  Encoding.JSON,
  Encoding.PROTO,
];

export function checkEncoding(encoding: gnmi.Encoding): ValueEncoding {
  const known = ENCODINGS.find((one) => one === encoding);
  if (known === undefined)
    throw unimplemented(`encoding ${gnmi.encodingToJSON(encoding)} is not supported`);
  return known;
}

/** Unset means openconfig; there is no other schema here. */
export function checkOrigin(origin: string): void {
  if (origin !== '' && origin !== 'openconfig')
    throw unimplemented(`origin ${JSON.stringify(origin)} is not supported`);
}

/** A target in the prefix must mean this device; '' as own name accepts any. */
export function checkTarget(prefix: gnmi.Path | undefined, name: string): void {
  const target = prefix?.target ?? '';
  if (target !== '' && name !== '' && target !== name)
    throw invalidArgument(`this target is ${JSON.stringify(name)}, not ${JSON.stringify(target)}`);
}

/** use_models may only name models that are there. */
export function checkModels(
  wanted: readonly gnmi.ModelData[],
  have: readonly gnmi.ModelData[],
): void {
  const missing = wanted.find((model) => !have.some((one) => one.name === model.name));
  if (missing !== undefined)
    throw invalidArgument(`model ${JSON.stringify(missing.name)} is not supported`);
}
