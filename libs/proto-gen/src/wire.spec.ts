import { gnmi, gnmiExt, gobgp, gobgpAttribute, otlpCollector } from './index';

describe('wire compatibility', () => {
  it('encodes a bare commit confirm as the reference encoder does', () => {
    const request = gnmi.SetRequest.create({
      extension: [
        {
          ext: { $case: 'commit', value: { id: 'tx-1', action: { $case: 'confirm', value: {} } } },
        },
      ],
    });
    const bytes = gnmi.SetRequest.encode(request).finish();
    expect(Buffer.from(bytes).toString('hex')).toBe('2a0a22080a0474782d311a00');
    expect(gnmi.SetRequest.decode(bytes)).toEqual(request);
  });

  it('carries 2^64-1 and nanosecond time stamps exactly', () => {
    const notification = gnmi.Notification.create({
      timestamp: 1_795_374_000_123_456_789n,
      update: [{ val: { value: { $case: 'uintVal', value: 18_446_744_073_709_551_615n } } }],
    });
    expect(gnmi.Notification.decode(gnmi.Notification.encode(notification).finish())).toEqual(
      notification,
    );
  });

  // Hand-assembled from the field numbers of the public tables, not by our own encoder.
  it('decodes an OTLP gauge point with sfixed64 value', () => {
    const point = '31' + 'feffffffffffffff'; // as_int = 6, fixed 64: -2
    const gauge = `0a${hexLength(point)}${point}`; // data_points = 1
    const metric = `0a0171` + `2a${hexLength(gauge)}${gauge}`; // name = 1 "q", gauge = 5
    const scope = `12${hexLength(metric)}${metric}`; // metrics = 2
    const resource = `12${hexLength(scope)}${scope}`; // scope_metrics = 2
    const request = `0a${hexLength(resource)}${resource}`; // resource_metrics = 1
    const decoded = otlpCollector.ExportMetricsServiceRequest.decode(Buffer.from(request, 'hex'));
    const found = decoded.resourceMetrics[0]?.scopeMetrics[0]?.metrics[0];
    expect(found?.name).toBe('q');
    expect(found?.data).toMatchObject({
      $case: 'gauge',
      value: { dataPoints: [{ value: { $case: 'asInt', value: -2n } }] },
    });
  });

  // As gobgpd 3.10 itself lists a path of 3 MB/s, AS 65000.
  it('reads and writes the link bandwidth of GoBGP', () => {
    const bytes = Buffer.from('08e8fb0315001b374a', 'hex');
    const decoded = gobgpAttribute.LinkBandwidthExtended.decode(bytes);
    expect(decoded).toEqual({ asn: 65_000, bandwidth: 3e6 });
    const encoded = gobgpAttribute.LinkBandwidthExtended.encode(decoded).finish();
    expect(Buffer.from(encoded).equals(bytes)).toBe(true);
    expect(gobgp.GobgpApiService.addPathStream.path).toBe('/apipb.GobgpApi/AddPathStream');
  });

  it('keeps the method paths and enum numbers of gNMI', () => {
    expect(gnmi.gNMIService.subscribe.path).toBe('/gnmi.gNMI/Subscribe');
    expect(gnmi.Encoding.JSON_IETF).toBe(4);
    expect(gnmi.GetRequest_DataType.STATE).toBe(2);
    expect(gnmiExt.ExtensionID.EID_EXPERIMENTAL).toBe(999);
  });
});

const hexLength = (hex: string): string => (hex.length / 2).toString(16).padStart(2, '0');
