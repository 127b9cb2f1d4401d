import { deviceWriterContract, type DeviceWriterHarness } from '@weir/conformance';
import { announcementPath } from '../announcement';
import { Gobgpd, gobgpdSkipReason } from '../testing/gobgpd';
import { oneRouter, realTimers, ROUTER, speakerAt } from '../testing/one-router';
import { GobgpWriter } from './gobgp-writer';
import { MemoryViewStore } from './view-store';

// A speaker is what this is about; there is no emulation of one.
const skipReason = gobgpdSkipReason();
if (skipReason !== null) console.warn(`gobgp-writer-contract.spec: skipped, ${skipReason}`);
jest.setTimeout(60_000);

const PREFIX = '10.2.0.0/24';
const first = announcementPath({ prefix: PREFIX, identifier: 57_001 });

async function harness(): Promise<DeviceWriterHarness> {
  const daemon = await Gobgpd.start();
  const topology = oneRouter(speakerAt(daemon.address));
  const writer = new GobgpWriter({ topology, store: new MemoryViewStore(), timers: realTimers });
  const value = 'next-hop 10.1.1.1 bandwidth 4000000 asn 65000';
  const answer = await writer.set(ROUTER, [{ path: first, before: null, after: value }], null, 5e3);
  if (answer.kind !== 'ok') throw new Error(answer.message);
  return {
    writer,
    device: ROUTER,
    present: {
      path: first,
      value,
      other: 'next-hop 10.1.1.1 bandwidth 2000000 asn 65000 local-preference 200 med 7',
    },
    absent: [
      {
        path: announcementPath({ prefix: PREFIX, identifier: 57_002 }),
        value: 'next-hop 10.1.2.1 bandwidth 4000000 asn 65000 communities 65000:1,65000:2',
      },
      {
        path: announcementPath({ prefix: '2001:db8:7::/48', identifier: 57_001 }),
        value: 'next-hop 2001:db8:2::1 bandwidth 125000 asn 65000 large-communities 65000:1:2',
      },
    ],
    refused: {
      path: announcementPath({ prefix: '10.2.0.0/99', identifier: 57_001 }),
      before: null,
      after: value,
    },
    dispose: async () => {
      await writer.close();
      await daemon.dispose();
    },
  };
}

if (skipReason === null) deviceWriterContract('GoBGP, a real speaker', false, harness);
// The reason is printed above; a file without any test would count as broken.
else it.todo(`device writer contract of GoBGP: skipped, ${skipReason}`);
