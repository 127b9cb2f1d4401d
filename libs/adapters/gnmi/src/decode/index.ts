/**
 * SubscribeResponse bytes to samples. The fast path predicts the next path from what followed the
 * last time and writes into slots without making objects; every new path and every unusual
 * message goes through the generated decoder.
 */
export {
  SubscribeDecoder,
  DecodeError,
  type DecodeEvent,
  type DecoderFigures,
} from './subscribe-decoder';
export { type DecoderOutput } from './message-applier';
