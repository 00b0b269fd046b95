"""Let the simulated instruments of a bench answer on the network."""

from labkit.app._documents import load_bench
from labkit.core import BenchServer, ServeSettings, ServeVirtualBench, Traffic, load_plugin


def serve(bench: str, settings: ServeSettings, traffic: Traffic | None = None) -> BenchServer:
    """Serve a bench, given by the path of its file or by a name of `labkit list benches`.

    It answers when this returns, until it is closed. Raises LabkitError.
    """
    file = load_bench(bench)
    server: ServeVirtualBench = load_plugin("labkit.virtual", "serve")
    return server(file.bench, file.folder, settings, traffic)
