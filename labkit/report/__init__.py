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
from labkit.report._provenance import format_duration
from labkit.report._records import RECORD_COLUMNS, Record, records, write_csv
from labkit.report._table import (
    MetricRow,
    VariantRow,
    format_conditions,
    format_counts,
    format_estimate,
    format_estimate_interval,
    format_place,
    markdown_table,
    metrics_table,
    shared_conditions,
)
from labkit.report._timeline_picture import draw_timeline
from labkit.report._xlsx import write_xlsx

__all__ = [
    "FLAG_WORDS",
    "RECORD_COLUMNS",
    "MetricRow",
    "Notation",
    "Record",
    "ReportEntry",
    "Style",
    "VariantRow",
    "draw_timeline",
    "format_conditions",
    "format_counts",
    "format_duration",
    "format_estimate",
    "format_estimate_interval",
    "format_interval",
    "format_number",
    "format_place",
    "format_with_uncertainty",
    "html_report",
    "markdown_table",
    "methods_text",
    "metrics_table",
    "notation",
    "records",
    "report_entry",
    "shared_conditions",
    "write_csv",
    "write_xlsx",
]
