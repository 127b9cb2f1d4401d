import { createHash } from 'node:crypto';
import type { otlpCommon } from '@weir/proto-gen';

type KeyValue = otlpCommon.KeyValue;

/** Value of a string attribute, or undefined when it is absent, empty or of another type. */
export function stringAttribute(attributes: readonly KeyValue[], key: string): string | undefined {
  const value = attributes.find((attribute) => attribute.key === key)?.value?.value;
  return value?.$case === 'stringValue' && value.value !== '' ? value.value : undefined;
}

/** `error.type` is set, or the HTTP status is 5xx: OpenTelemetry's marks of a failed request. */
export function marksFailure(attributes: readonly KeyValue[]): boolean {
  if (stringAttribute(attributes, 'error.type') !== undefined) return true;
  const status = attributes.find(({ key }) => key === 'http.response.status_code')?.value?.value;
  return status?.$case === 'intValue' && status.value >= 500n;
}

/** Same attributes in any order give the same text. */
export function attributesText(attributes: readonly KeyValue[]): string {
  const lines = attributes.map(({ key, value }) => `${key}=${plain(value)}`);
  return lines.sort().join('\n');
}

function plain(value: otlpCommon.AnyValue | undefined): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? item.toString() : item,
  );
}

/** Identity of a stream in fixed length, whatever the senders put into attributes. */
export const identityOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\u0000')).digest('base64');
