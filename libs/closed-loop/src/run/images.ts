import { patched, type ConfigImage } from '@weir/core/model';
import type { SwitchSettings } from '@weir/sim';
import type { ImageCodec } from '../devices/image-codec';

/**
 * The image after somebody brought a switch from one setting to another: what differs between the
 * two renderings is written over what is there, so that names that others chose stay.
 */
export function imageAfter(
  codec: ImageCodec,
  device: string,
  image: ConfigImage,
  before: SwitchSettings,
  after: SwitchSettings,
): ConfigImage {
  const from = codec.imageOf(device, before);
  const to = codec.imageOf(device, after);
  const paths = new Set([...from.keys(), ...to.keys()]);
  const changed = [...paths].filter((path) => from.get(path) !== to.get(path));
  return patched(
    image,
    changed.map((path) => ({
      path,
      before: from.get(path) ?? null,
      after: to.get(path) ?? null,
    })),
  );
}
