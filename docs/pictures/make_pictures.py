"""Draw the pictures of the README and the docs again: `make docs-pictures`.

It runs the demo on the virtual bench, draws its plan, and photographs its report with Chromium.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
LABKIT = str(Path(sys.executable).with_name("labkit"))
REQUEST = ("ppf_optical", "--bench", "demo_optical", "--set", "demo")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=3000",
)


def main() -> None:
    """Write plan.svg, report.png and report-figures.png."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("the report is photographed with Chromium: apt install chromium, or brew install chromium")
    with tempfile.TemporaryDirectory() as folder:
        run, report = Path(folder) / "demo.h5", Path(folder) / "demo.html"
        call(LABKIT, "plan", *REQUEST, "--picture", str(HERE / "plan.svg"))
        call(LABKIT, "run", *REQUEST, "--virtual", "--output", str(run), "--report", str(report))
        photograph(browser, report, HERE / "report.png", 760)
        figures = report.with_name("figures.html")
        figures.write_text(without_table(report.read_text(encoding="utf-8")), encoding="utf-8")
        photograph(browser, figures, HERE / "report-figures.png", 1080)


def call(*command: str) -> None:
    """Run a command and show what it says."""
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def without_table(page: str) -> str:
    """Leave all but the pairs and their decay out: the third and fourth figure."""
    hidden = "header, .highlights, section:not(:has(figure)), h2, figure:nth-of-type(-n + 2)"
    style = f"{hidden} {{ display: none !important; }} figure {{ margin: 0 0 22px; }} main {{ padding: 0; }}"
    return page.replace("</style>", f"{style}</style>", 1)


def photograph(browser: str, page: Path, picture: Path, height: int) -> None:
    """Take a picture of the top of a page."""
    with tempfile.TemporaryDirectory() as profile:
        window = (f"--window-size=1100,{height}", f"--user-data-dir={profile}", f"--screenshot={picture}")
        call(browser, *QUIET, *window, page.as_uri())


if __name__ == "__main__":
    main()
