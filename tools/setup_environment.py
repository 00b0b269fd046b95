"""Make `.venv` and install labkit with its development tools into it: what `make demo` and `make test` start with.

It needs the standard library alone and installs nothing again that is there. Usage: python tools/setup_environment.py
"""

import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SOURCES = ("labkit", "drivers", "sim_instruments")

# Qt paints offscreen with these: the library as the loader knows it, and the Debian package that brings it.
QT_LIBRARIES = (
    ("EGL", "libegl1"),
    ("GL", "libgl1"),
    ("xkbcommon", "libxkbcommon0"),
    ("dbus-1", "libdbus-1-3"),
    ("fontconfig", "libfontconfig1"),
    ("glib-2.0", "libglib2.0-0"),
)

OLD_PYTHON = "labkit needs Python 3.11 or later; this is {}.{}. Name another one: make PYTHON=python3.11 ..."

VENV_PACKAGES = """Python's `venv` is not complete on this machine. Install it and say the same again:
  Debian, Ubuntu   sudo apt install python3-venv
  Fedora           sudo dnf install python3
  openSUSE         sudo zypper install python3
  macOS            brew install python@3.13"""

QT_PACKAGES = """note: Qt would not find {missing} on this system. No step here needs them; to see windows, install
  Debian, Ubuntu   sudo apt install {debian}
  Fedora           sudo dnf install mesa-libEGL mesa-libGL libxkbcommon dbus-libs fontconfig glib2"""


def main() -> None:
    """Set up everything that is missing."""
    if sys.version_info < (3, 11):  # an older Python runs this file too, and is to say what is wrong
        sys.exit(OLD_PYTHON.format(*sys.version_info[:2]))
    install_qt_libraries()
    make_environment()
    install_labkit()


def may_install() -> bool:
    """Tell whether system packages can be installed without asking anyone."""
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_packages(packages: "list[str]") -> bool:
    """Install Debian packages; tell whether that went well."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    print("installing system packages:", *packages, flush=True)
    if subprocess.call(["apt-get", "-qq", "update"], env=environment) != 0:
        return False
    command = ["apt-get", "-qq", "install", "--no-install-recommends", "-y", *packages]
    return subprocess.call(command, env=environment, stdout=subprocess.DEVNULL) == 0


def install_qt_libraries() -> None:
    """Bring the system libraries that Qt loads where that is possible; else say which they are."""
    if sys.platform != "linux":
        return
    missing = {name: package for name, package in QT_LIBRARIES if ctypes.util.find_library(name) is None}
    packages = list(missing.values())
    if packages and not (may_install() and install_packages(packages)):
        print(QT_PACKAGES.format(missing=", ".join(missing), debian=" ".join(packages)), flush=True)


def make_environment() -> None:
    """Make the virtual environment with pip in it."""
    if PYTHON.exists() and subprocess.call([PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0:
        return
    if importlib.util.find_spec("ensurepip") is None and not (may_install() and install_packages(["python3-venv"])):
        sys.exit(VENV_PACKAGES)
    print("making .venv", flush=True)
    if subprocess.call([sys.executable, "-m", "venv", ENVIRONMENT]) != 0:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        sys.exit(VENV_PACKAGES)


def install_labkit() -> None:
    """Install labkit in place at the versions of constraints.txt, and compile it, so that the first start is fast."""
    print("installing labkit and its tools into .venv (one or two minutes the first time)", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    if subprocess.call([*pip, "-c", "constraints.txt", "-e", ".[dev]"], cwd=ROOT) != 0:
        sys.exit("pip could not install labkit; its own message stands above (no network? a proxy? no space?)")
    subprocess.call([PYTHON, "-m", "compileall", "-q", *SOURCES], cwd=ROOT)


if __name__ == "__main__":
    main()
