"""Logs that stay one line each, and metrics without names of people or files."""

from __future__ import annotations

import json
import logging

from parquay import telemetry


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("parquay.test", logging.WARNING, __file__, 1, message, arguments, None)
    made.__dict__.update(extra)
    return made


def test_a_record_is_one_line_of_json_whatever_it_says():
    line = telemetry.JsonFormatter().format(record("name: %s", "a\nb\r\x1b[31m\u2028", fields={"code": "x\ny"}))

    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line
    told = json.loads(line)
    assert (told["event"], told["code"], told["level"]) == ("name: a\nb\r\x1b[31m\u2028", "x\ny", "warning")
    assert told["ts"].endswith("Z")


def test_an_exception_is_told_in_its_line():
    error = KeyError("gone")
    made = record("failed")
    made.exc_info = (type(error), error, error.__traceback__)

    told = json.loads(telemetry.JsonFormatter().format(made))

    assert "KeyError" in told["error"]


def test_metrics_are_told_as_prometheus_reads_them():
    telemetry.refusals.labels("wrong_offset").inc()

    text = telemetry.exposition().decode()

    assert 'parquay_refusals_total{code="wrong_offset"}' in text
    assert "# TYPE parquay_uploads_active gauge" in text


def test_no_metric_is_labelled_with_what_there_are_many_of():
    labels = {name for family in telemetry.registry.collect() for sample in family.samples for name in sample.labels}

    assert labels <= {"method", "status", "code", "reason", "reader", "le", "kind", "event"}
