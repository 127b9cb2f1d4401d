"""A service and a worker of a training job that measure themselves with the SDK of OpenTelemetry.

usage: otel-client.py HOST:PORT
"""

import sys

from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import (
    ExplicitBucketHistogramAggregation,
    ExponentialBucketHistogramAggregation,
    View,
)
from opentelemetry.sdk.resources import Resource


def provider(endpoint, attributes, aggregation, temporality):
    exporter = OTLPMetricExporter(
        endpoint=endpoint, insecure=True, preferred_temporality={Histogram: temporality}
    )
    # Exports only when it is told to: what is sent when is part of the test.
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=1_000_000)
    view = View(instrument_name="*", aggregation=aggregation)
    return MeterProvider([reader], Resource.create(attributes), views=[view])


def main():
    endpoint = sys.argv[1]
    chat = provider(
        endpoint,
        {"service.name": "chat", "weir.traffic_class": "interactive"},
        ExplicitBucketHistogramAggregation([0.005, 0.01, 0.02, 0.05]),
        AggregationTemporality.CUMULATIVE,
    )
    requests = chat.get_meter("interop").create_histogram("http.server.request.duration", "s")
    for seconds in (0.004, 0.015, 0.015):
        requests.record(seconds)
    requests.record(0.3, {"error.type": "timeout"})
    chat.force_flush()
    # The total grows: only what is new counts.
    requests.record(0.03)
    chat.force_flush()

    job = provider(
        endpoint,
        {"service.name": "llm", "host.name": "h1-1"},
        ExponentialBucketHistogramAggregation(),
        AggregationTemporality.DELTA,
    )
    compute = job.get_meter("interop").create_histogram("weir.training.compute.duration", "ms")
    compute.record(100)
    compute.record(104)
    job.force_flush()
    chat.shutdown()
    job.shutdown()


main()
