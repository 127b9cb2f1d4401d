import type { gnmi, gnmiExt } from '@weir/proto-gen';

type Action = NonNullable<gnmiExt.Commit['action']>;

const commit = (id: string, action: Action): gnmiExt.Extension => ({
  ext: { $case: 'commit', value: { id, action } },
});

/** Asks the target to roll back by itself unless the commit is confirmed within `rollbackMs`. */
export const commitRequest = (id: string, rollbackMs: number): gnmiExt.Extension =>
  commit(id, {
    $case: 'commit',
    value: {
      rollbackDuration: {
        seconds: BigInt(Math.floor(rollbackMs / 1000)),
        nanos: Math.round((rollbackMs % 1000) * 1e6),
      },
    },
  });

export const commitConfirm = (id: string): gnmiExt.Extension =>
  commit(id, { $case: 'confirm', value: {} });

export const commitCancel = (id: string): gnmiExt.Extension =>
  commit(id, { $case: 'cancel', value: {} });

/** A Set that carries an extension and nothing else (specification 3.4 allows it). */
export const bareSet = (extension: gnmiExt.Extension): gnmi.SetRequest => ({
  prefix: undefined,
  delete: [],
  replace: [],
  update: [],
  unionReplace: [],
  extension: [extension],
});
