import {
  apiPath,
  type ChangeView,
  type EngineStatusView,
  type IncidentView,
  type JournalVerificationView,
  type Page,
} from '@weir/contracts';
import { request } from './http';

/** The daemon's REST API, as far as the demonstration needs it. */
export class DaemonClient {
  constructor(readonly url: string) {}

  async status(): Promise<EngineStatusView> {
    return (await this.get(apiPath('status'))) as EngineStatusView;
  }

  async putIntent(intent: Readonly<Record<string, unknown>>): Promise<void> {
    await request('POST', `${this.url}${apiPath('intents')}`, intent);
  }

  /** Newest first. */
  async incidents(): Promise<readonly IncidentView[]> {
    return ((await this.get(apiPath('incidents'))) as Page<IncidentView>).items;
  }

  async incident(id: string): Promise<IncidentView> {
    return (await this.get(apiPath('incident', { id }))) as IncidentView;
  }

  /** Newest first. */
  async changes(): Promise<readonly ChangeView[]> {
    return ((await this.get(apiPath('changes'))) as Page<ChangeView>).items;
  }

  async verifyJournal(): Promise<JournalVerificationView> {
    return (await this.get(apiPath('journalVerify'))) as JournalVerificationView;
  }

  /** No new change is applied until it is lifted. */
  async freeze(reason: string): Promise<void> {
    await request('POST', `${this.url}${apiPath('freeze')}`, { reason });
  }

  async unfreeze(): Promise<void> {
    await request('POST', `${this.url}${apiPath('unfreeze')}`, {});
  }

  private get(path: string): Promise<unknown> {
    return request('GET', `${this.url}${path}`);
  }
}
