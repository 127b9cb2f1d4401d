import { z } from 'zod';
import { strict } from '../issues';

const number = z.number().optional();
/** Facts of an example; what is left out is unknown (NaN) and makes no comparison true. */
export const partialFactsSchema = strict({
  slo: strict({
    breached: z.boolean().optional(),
    quantileMs: number,
    thresholdMs: number,
    severity: number,
    class: z.string().optional(),
    metric: z.string().optional(),
  }).optional(),
  path: strict({
    maxUtilizationRatio: number,
    maxLossRatio: number,
    bestAlternativeUtilizationRatio: number,
    downLinks: number,
    imbalanceRatio: number,
    ownShareRatio: number,
    grayLossRatio: number,
    fanIn: number,
    elephants: number,
  }).optional(),
  queue: strict({
    depthBytes: number,
    depthRatio: number,
    peakDepthBytes: number,
    lossRatio: number,
    markRatio: number,
    delayMs: number,
    standingRatio: number,
    starved: z.boolean().optional(),
    shareRatio: number,
  }).optional(),
  loss: strict({ ratio: number }).optional(),
  symptom: strict({ kind: z.string() }).optional(),
  pfc: strict({ pauseRatio: number }).optional(),
  forecast: strict({
    maxUtilizationRatio: number,
    upperUtilizationRatio: number,
    lowerUtilizationRatio: number,
    horizonMs: number,
  }).optional(),
  cause: strict({ name: z.string().optional(), score: number }).optional(),
});
export type PartialFacts = z.infer<typeof partialFactsSchema>;
