"""Reports from runs and results: a page, a sheet, a table. Pure functions; nothing here measures."""

from labkit.report._entry import ReportEntry, report_entry
from labkit.report._flags import FLAG_WORDS
from labkit.report._html import html_report
from labkit.report._methods import methods_text
from labkit.report._notation import (
    Notation,
    Style,
    format_interval,
    format_number,
    format_with_uncertainty,
    notation,
)
from labkit.report._table import (
    MetricRow,
    VariantRow,
    format_conditions,
    format_counts,
    format_estimate,
    format_estimate_interval,
    markdown_table,
    metrics_table,
)

__all__ = [
    "FLAG_WORDS",
    "MetricRow",
    "Notation",
    "ReportEntry",
    "Style",
    "VariantRow",
    "format_conditions",
    "format_counts",
    "format_estimate",
    "format_estimate_interval",
    "format_interval",
    "format_number",
    "format_with_uncertainty",
    "html_report",
    "markdown_table",
    "methods_text",
    "metrics_table",
    "notation",
    "report_entry",
]
