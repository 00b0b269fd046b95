"""What a user can have done: one function a use case, shared by the command line and the GUI."""

from typing import TYPE_CHECKING

from labkit.core import names_when_asked

if TYPE_CHECKING:
    from labkit.app._accuracy import Recognised, run_accuracy, write_accuracy
    from labkit.app._among import PublishedPlace, PublishedPlaces, change_lines, compare_lines, place_among_published
    from labkit.app._analyse import Analysis, Change, analyse
    from labkit.app._bench_cards import BenchCard, InstrumentCard, TerminalCard, bench_cards, instrument_cards
    from labkit.app._bench_state import BenchState, Reading, TerminalState, bench_state
    from labkit.app._bench_test import InstrumentChecks, bench_checks, opened_session
    from labkit.app._benchmark_literature import FOLDER as LITERATURE_FOLDER
    from labkit.app._benchmark_literature import LiteratureBenchmark, benchmark_literature, chosen_devices, device_data
    from labkit.app._benchmark_literature import Step as LiteratureStep
    from labkit.app._beside import MetricsBeside
    from labkit.app._catalogue import CatalogueEntry, ValueSpan, read_catalogue, read_entry
    from labkit.app._check import check_file, checked
    from labkit.app._chip import Chip, ChipCell, ChipPlace, ChipValue, bench_cells, read_chip, write_chip
    from labkit.app._demonstrate import copy_demonstration, demonstrate, demonstrations, write_demonstrated
    from labkit.app._discover import Found, discover
    from labkit.app._documents import BenchFile, bench_names, load_bench, load_sample
    from labkit.app._export import Exported, export_run, read_synapse
    from labkit.app._fit import Twin, TwinCheck, make_twin
    from labkit.app._foresee import Foreseen, foresee, new_run_file
    from labkit.app._import import (
        ForeignTable,
        Imported,
        check_map,
        import_file,
        import_into,
        importable,
        look_into,
        propose_map,
    )
    from labkit.app._init import start_folder
    from labkit.app._ledger import (
        Entry,
        Life,
        entries_of,
        history,
        ledger_of,
        lives,
        not_in_ledger,
        note_run,
        read_ledger,
        rebuild_ledger,
    )
    from labkit.app._library import Shelved, cells_of, library, protocol_text, save_protocol
    from labkit.app._literature import literature, named_mechanism, named_quantities, write_literature
    from labkit.app._literature_page import literature_cells, literature_page, write_literature_page
    from labkit.app._lived import (
        LedgerLook,
        life_figures,
        longest_bias,
        look_into_ledger,
        missing_from_ledger,
        total_charge,
        total_dose,
        total_pulses,
    )
    from labkit.app._manual import ManualBench, SourceRequest
    from labkit.app._new import new_metric, new_protocol
    from labkit.app._opened import MetricWords, OpenedRun, OpenedRuns, flag_words, open_runs, stimuli
    from labkit.app._outlook import Outlook, outlook
    from labkit.app._plan_text import longest_if, plan_lines, plan_summary
    from labkit.app._population import Population, population, write_population
    from labkit.app._prepare import Prepared, describe, explain_request, plan_request, prepare
    from labkit.app._propose import propose_bench
    from labkit.app._published_check import CheckedDevice, CheckedValue
    from labkit.app._report import compare_sets, export_figures, read_entries, write_device_rows, write_report
    from labkit.app._request import Request
    from labkit.app._run import Measured, Outcome, measure, open_session, plan_on, run_request
    from labkit.app._safe import make_safe
    from labkit.app._search import SEARCH_HELP, Search, parse_search, span_words
    from labkit.app._serve import serve
    from labkit.app._study import Schematic, Study, Yielded, study_protocol
    from labkit.app._watchdog import Watchdog
    from labkit.app._wear import Wear, wear_of
    from labkit.app._workbench import BenchChoice, Workbench
    from labkit.engine import Operator, RunAborted
    from labkit.protocol import (
        Course,
        Happening,
        Lane,
        Look,
        ParameterInForce,
        Seen,
        last_before,
        look,
        next_after,
        seen_at,
        with_defaults,
    )
    from labkit.report import (
        Band,
        Figure,
        MetricRow,
        Panel,
        Trace,
        format_duration,
        format_number,
        format_with_uncertainty,
        metrics_table,
    )
else:
    __getattr__ = names_when_asked(__name__, __file__)

__all__ = [
    "LITERATURE_FOLDER",
    "SEARCH_HELP",
    "Analysis",
    "Band",
    "BenchCard",
    "BenchChoice",
    "BenchFile",
    "BenchState",
    "CatalogueEntry",
    "Change",
    "CheckedDevice",
    "CheckedValue",
    "Chip",
    "ChipCell",
    "ChipPlace",
    "ChipValue",
    "Course",
    "Entry",
    "Exported",
    "Figure",
    "ForeignTable",
    "Foreseen",
    "Found",
    "Happening",
    "Imported",
    "InstrumentCard",
    "InstrumentChecks",
    "Lane",
    "LedgerLook",
    "Life",
    "LiteratureBenchmark",
    "LiteratureStep",
    "Look",
    "ManualBench",
    "Measured",
    "MetricRow",
    "MetricWords",
    "MetricsBeside",
    "OpenedRun",
    "OpenedRuns",
    "Operator",
    "Outcome",
    "Outlook",
    "Panel",
    "ParameterInForce",
    "Population",
    "Prepared",
    "PublishedPlace",
    "PublishedPlaces",
    "Reading",
    "Recognised",
    "Request",
    "RunAborted",
    "Schematic",
    "Search",
    "Seen",
    "Shelved",
    "SourceRequest",
    "Study",
    "TerminalCard",
    "TerminalState",
    "Trace",
    "Twin",
    "TwinCheck",
    "ValueSpan",
    "Watchdog",
    "Wear",
    "Workbench",
    "Yielded",
    "analyse",
    "bench_cards",
    "bench_cells",
    "bench_checks",
    "bench_names",
    "bench_state",
    "benchmark_literature",
    "cells_of",
    "change_lines",
    "check_file",
    "check_map",
    "checked",
    "chosen_devices",
    "compare_lines",
    "compare_sets",
    "copy_demonstration",
    "demonstrate",
    "demonstrations",
    "describe",
    "device_data",
    "discover",
    "entries_of",
    "explain_request",
    "export_figures",
    "export_run",
    "flag_words",
    "foresee",
    "format_duration",
    "format_number",
    "format_with_uncertainty",
    "history",
    "import_file",
    "import_into",
    "importable",
    "instrument_cards",
    "last_before",
    "ledger_of",
    "library",
    "life_figures",
    "literature",
    "literature_cells",
    "literature_page",
    "lives",
    "load_bench",
    "load_sample",
    "longest_bias",
    "longest_if",
    "look",
    "look_into",
    "look_into_ledger",
    "make_safe",
    "make_twin",
    "measure",
    "metrics_table",
    "missing_from_ledger",
    "named_mechanism",
    "named_quantities",
    "new_metric",
    "new_protocol",
    "new_run_file",
    "next_after",
    "not_in_ledger",
    "note_run",
    "open_runs",
    "open_session",
    "opened_session",
    "outlook",
    "parse_search",
    "place_among_published",
    "plan_lines",
    "plan_on",
    "plan_request",
    "plan_summary",
    "population",
    "prepare",
    "propose_bench",
    "propose_map",
    "protocol_text",
    "read_catalogue",
    "read_chip",
    "read_entries",
    "read_entry",
    "read_ledger",
    "read_synapse",
    "rebuild_ledger",
    "run_accuracy",
    "run_request",
    "save_protocol",
    "seen_at",
    "serve",
    "span_words",
    "start_folder",
    "stimuli",
    "study_protocol",
    "total_charge",
    "total_dose",
    "total_pulses",
    "wear_of",
    "with_defaults",
    "write_accuracy",
    "write_chip",
    "write_demonstrated",
    "write_device_rows",
    "write_literature",
    "write_literature_page",
    "write_population",
    "write_report",
]
