"""Reports from runs and results: a page, a sheet, a table. Pure functions; nothing here measures."""

from labkit.report._agreement import Agreement, agreement_lines, agreements, write_agreements_csv
from labkit.report._among_published import INTRODUCTION as PUBLISHED_INTRODUCTION
from labkit.report._among_published import AmongPublished, Measured, Placing, among_published
from labkit.report._chip_map import chip_map
from labkit.report._comparable import beside_published
from labkit.report._comparison import results_together, run_labels
from labkit.report._device_row import ROW_COLUMNS, DeviceRow, device_rows, rows_markdown, write_rows_csv
from labkit.report._draw_demonstration import draw_demonstration
from labkit.report._draw_figure import draw_figure
from labkit.report._draw_lanes import draw_lanes
from labkit.report._entry import ReportEntry, report_entry
from labkit.report._figure import Band, Figure, Panel, Trace, thinned
from labkit.report._flags import FLAG_WORDS
from labkit.report._html import html_report, run_subtitle
from labkit.report._lanes import Lane as ValueLane
from labkit.report._lanes import lanes as value_lanes
from labkit.report._latex import latex_results, latex_rows, latex_text
from labkit.report._methods import methods_text
from labkit.report._minimum_set import MinimumSet, Requirement, minimum_set
from labkit.report._notation import (
    Notation,
    Style,
    format_interval,
    format_number,
    format_with_uncertainty,
    notation,
)
from labkit.report._pdf import pdf_report
from labkit.report._picture import FORMATS, SINGLE_COLUMN
from labkit.report._population_page import PopulationEntry, pictured_values, placed_devices, population_page
from labkit.report._provenance import format_duration, run_facts
from labkit.report._published_table import (
    PUBLISHED_COLUMNS,
    format_published,
    format_unplaced,
    published_data,
    published_markdown,
    write_published_csv,
)
from labkit.report._records import RECORD_COLUMNS, Record, records, write_csv
from labkit.report._result_figures import result_figures
from labkit.report._run_figures import response_figures, run_figures, trace_figure
from labkit.report._schematic import Stretch, schematic
from labkit.report._strip_plot import strip_plot
from labkit.report._svg import Placed
from labkit.report._table import (
    MetricRow,
    VariantRow,
    format_bound,
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
from labkit.report._training_figure import training_figure
from labkit.report._verdict import Verdict, verdict
from labkit.report._xlsx import write_rows_xlsx, write_xlsx

__all__ = [
    "FLAG_WORDS",
    "FORMATS",
    "PUBLISHED_COLUMNS",
    "PUBLISHED_INTRODUCTION",
    "RECORD_COLUMNS",
    "ROW_COLUMNS",
    "SINGLE_COLUMN",
    "Agreement",
    "AmongPublished",
    "Band",
    "DeviceRow",
    "Figure",
    "Measured",
    "MetricRow",
    "MinimumSet",
    "Notation",
    "Panel",
    "Placed",
    "Placing",
    "PopulationEntry",
    "Record",
    "ReportEntry",
    "Requirement",
    "Stretch",
    "Style",
    "Trace",
    "ValueLane",
    "VariantRow",
    "Verdict",
    "agreement_lines",
    "agreements",
    "among_published",
    "beside_published",
    "chip_map",
    "device_rows",
    "draw_demonstration",
    "draw_figure",
    "draw_lanes",
    "draw_timeline",
    "format_bound",
    "format_conditions",
    "format_counts",
    "format_duration",
    "format_estimate",
    "format_estimate_interval",
    "format_interval",
    "format_number",
    "format_place",
    "format_published",
    "format_unplaced",
    "format_with_uncertainty",
    "html_report",
    "latex_results",
    "latex_rows",
    "latex_text",
    "markdown_table",
    "methods_text",
    "metrics_table",
    "minimum_set",
    "notation",
    "pdf_report",
    "pictured_values",
    "placed_devices",
    "population_page",
    "published_data",
    "published_markdown",
    "records",
    "report_entry",
    "response_figures",
    "result_figures",
    "results_together",
    "rows_markdown",
    "run_facts",
    "run_figures",
    "run_labels",
    "run_subtitle",
    "schematic",
    "shared_conditions",
    "strip_plot",
    "thinned",
    "trace_figure",
    "training_figure",
    "value_lanes",
    "verdict",
    "write_agreements_csv",
    "write_csv",
    "write_published_csv",
    "write_rows_csv",
    "write_rows_xlsx",
    "write_xlsx",
]
