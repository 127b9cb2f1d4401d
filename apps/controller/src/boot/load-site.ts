import { createHash } from 'node:crypto';
import type { IntentEnvelope } from '@weir/contracts';
import { err, ok, type Result } from '@weir/core/base';
import type { Topology } from '@weir/core/model';
import type { Catalog, LoadedPolicy } from '../wiring/adapters';
import { inFile, type BootRefusal } from './boot-error';
import type { LoadedConfig } from './load-config';
import { loadIntents } from './load-intents';
import { readText } from './read-file';

/** What the daemon works on, read from files, checked, and replaced as a whole. */
export interface Site {
  readonly topology: Topology;
  readonly policy: LoadedPolicy;
  readonly intents: readonly IntentEnvelope[];
  /** SHA-256 over configuration, topology, policy and intents: same hash, same behaviour. */
  readonly hash: string;
}

const BUILT_IN = '(built-in policy)';

/** Reads everything that the configuration names. All of it can be used, or none is. */
export function loadSite(config: LoadedConfig, catalog: Catalog): Result<Site, BootRefusal> {
  const topology = readTopology(config, catalog);
  if (!topology.ok) return topology;
  const policy = readPolicy(config, catalog);
  if (!policy.ok) return policy;
  const intents = loadIntents(config, catalog, topology.value);
  if (!intents.ok) return intents;
  const hash = createHash('sha256')
    .update(config.text)
    .update(`\0${topology.value.revision}\0${policy.value.hash}\0`)
    .update(JSON.stringify(intents.value))
    .digest('hex');
  return ok({ topology: topology.value, policy: policy.value, intents: intents.value, hash });
}

function readTopology(config: LoadedConfig, catalog: Catalog): Result<Topology, BootRefusal> {
  const path = config.spec.topology;
  const namedBy = { file: config.file, where: 'spec.topology' };
  const text = readText(path, 'topology-invalid', namedBy);
  if (!text.ok) return text;
  const topology = catalog.readTopology(text.value);
  if (!topology.ok) return err(inFile(path, topology.error));
  for (const device of topology.value.devices.values()) {
    if (catalog.profiles.has(device.profile)) continue;
    const known = [...catalog.profiles.keys()].join(', ');
    const reason = `device ${device.id}: no profile is called "${device.profile}"; known: ${known}`;
    return err({ code: 'topology-invalid', file: path, where: 'spec.devices', reason });
  }
  return topology;
}

function readPolicy(config: LoadedConfig, catalog: Catalog): Result<LoadedPolicy, BootRefusal> {
  const path = config.spec.policy;
  const namedBy = { file: config.file, where: 'spec.policy' };
  const text =
    path === undefined ? ok(catalog.defaultPolicyText) : readText(path, 'policy-invalid', namedBy);
  if (!text.ok) return text;
  const policy = catalog.readPolicy(text.value);
  return policy.ok ? policy : err(inFile(path ?? BUILT_IN, policy.error));
}
