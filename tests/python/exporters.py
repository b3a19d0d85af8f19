"""Sends logs, metrics and traces to Barograph with the official OpenTelemetry Python SDK, over gRPC and over HTTP, plain
and compressed. Ends with 1 when an exporter reports a failure or logs a warning.

The sender's name (`service.name`) is `python-<way>`; each way sends RECORDS log records, spans and counter series, so
that whoever runs this can count what arrived.
"""

import argparse
import logging
import sys

import grpc
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

RECORDS = 25


class Warnings(logging.Handler):
    """Keeps what exporters have to complain about."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(f"{record.name}: {record.getMessage()}")


def over_grpc(endpoint, compression):
    options = {"endpoint": endpoint, "insecure": True, "compression": compression, "timeout": 10}
    return GrpcLogExporter(**options), GrpcMetricExporter(**options), GrpcSpanExporter(**options)


def over_http(endpoint, compression):
    options = {"compression": compression, "timeout": 10}
    return (
        HttpLogExporter(endpoint=f"{endpoint}/v1/logs", **options),
        HttpMetricExporter(endpoint=f"{endpoint}/v1/metrics", **options),
        HttpSpanExporter(endpoint=f"{endpoint}/v1/traces", **options),
    )


def send(way, log_exporter, metric_exporter, span_exporter):
    """Sends everything one way; returns the providers that could not flush."""
    resource = Resource.create({"service.name": f"python-{way}"})

    logs = LoggerProvider(resource=resource, shutdown_on_exit=False)
    logs.add_log_record_processor(BatchLogRecordProcessor(log_exporter))
    logger = logs.get_logger("barograph.tests")
    for number in range(RECORDS):
        logger.emit(
            timestamp=1_795_166_924_000_000_000 + number,
            severity_number=SeverityNumber.INFO,
            body="in words",
            attributes={"event.name": "something_happened", "number": number},
        )

    reader = PeriodicExportingMetricReader(metric_exporter, export_interval_millis=3_600_000)
    metrics = MeterProvider(metric_readers=[reader], resource=resource, shutdown_on_exit=False)
    counter = metrics.get_meter("barograph.tests").create_counter("things", unit="{thing}")
    for number in range(RECORDS):
        counter.add(number + 1, {"number": number})

    traces = TracerProvider(resource=resource, shutdown_on_exit=False)
    traces.add_span_processor(BatchSpanProcessor(span_exporter))
    tracer = traces.get_tracer("barograph.tests")
    for number in range(RECORDS):
        with tracer.start_as_current_span("a piece of work", attributes={"number": number}):
            pass

    failed = []
    for name, provider in (("logs", logs), ("metrics", metrics), ("traces", traces)):
        # Log and span processors answer None or True when all went well, depending on the release.
        if provider.force_flush(10_000) is False:
            failed.append(f"{way}: {name} could not be flushed")
        provider.shutdown()
    return failed


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("grpc", help="OTLP/gRPC endpoint, such as http://127.0.0.1:4317")
    arguments.add_argument("http", help="OTLP/HTTP endpoint, such as http://127.0.0.1:4318")
    endpoints = arguments.parse_args()

    warnings = Warnings()
    logging.getLogger().addHandler(warnings)
    ways = {
        "grpc": over_grpc(endpoints.grpc, grpc.Compression.NoCompression),
        "grpc-gzip": over_grpc(endpoints.grpc, grpc.Compression.Gzip),
        "http": over_http(endpoints.http, Compression.NoCompression),
        "http-gzip": over_http(endpoints.http, Compression.Gzip),
        "http-deflate": over_http(endpoints.http, Compression.Deflate),
    }
    faults = []
    for way, exporters in ways.items():
        faults += send(way, *exporters)
        print(f"python-{way}: {RECORDS} records of each signal sent")
    faults += warnings.messages
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
