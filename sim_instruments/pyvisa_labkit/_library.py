"""The VISA library that PyVISA makes from the path of a bench file."""

from pathlib import Path

from labkit_sim import VirtualBench, VisaLibrary, open_virtual_bench

from labkit.core import Bench, LabkitError, read_document


class LabkitVisaLibrary(VisaLibrary):
    """The library of the bench in the file `library_path`; `bench` is the world behind it, for scripts and tests."""

    bench: VirtualBench

    def _init(self) -> None:
        super()._init()
        path = Path(self.library_path)
        if not path.is_file():
            raise OSError(f"there is no bench file {path}")
        try:
            self.bench = open_virtual_bench(read_document(path, Bench), path.parent)
        except LabkitError as error:
            raise OSError(str(error)) from error
        self.connect(self.bench.bus)
