import type { Backbone } from './backbone';
export async function redisBackbone(_: unknown): Promise<Backbone> {
  throw new Error('later');
}
