/**
 * Relief of hot links by new weights: a certificate that says when nothing helps, the fewest moves,
 * first fit for elephants, sweeps over all that weights decide; on the devices' grid of weights.
 */
export * from './certificate';
export * from './grid';
export * from './relieve';
