"""A JupyterLab of the tests' own, on a free port with a token, and a Chromium that visits it."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

INSTALL = "sudo apt-get install chromium   (or: python -m playwright install chromium)"
SLOW = 180  # seconds that a loaded machine may take for what is usually done in two
LAB_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {"theme": "JupyterLab Light", "adaptive-theme": False},
}


def chromium_path(playwright):
    """Where Chromium is: the system's, or the one that Playwright installed; None without one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def no_browser(reason):
    """Skip, or fail where a browser is required, with the line that installs it."""
    if os.environ.get("CLIPKIT_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}; install it with: {INSTALL}")
    pytest.skip(f"{reason}; install it with: {INSTALL}")


@pytest.fixture(scope="session")
def chromium():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        no_browser("Playwright is missing (python -m pip install playwright)")
    with sync_playwright() as playwright:
        path = chromium_path(playwright)
        if path is None:
            no_browser("Chromium is missing")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Lab:
    """A running JupyterLab: its address, and the folder that it serves."""

    def __init__(self, folder, home):
        self.folder, self.token = folder, secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}"
        port = self.address.rsplit(":", 1)[1]
        environment = {
            **os.environ,
            **{
                f"JUPYTER_{name}_DIR": str(home / name.lower())
                for name in ("CONFIG", "DATA", "RUNTIME")
            },
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "IPYTHONDIR": str(home / "ipython"),
            "TQDM_DISABLE": "1",
        }
        self._log = open(home / "log", "w")  # noqa: SIM115 (closed in stop)
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyterlab",
                "--no-browser",
                "--allow-root",
                f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0",
                "--ServerApp.ip=127.0.0.1",
                f"--IdentityProvider.token={self.token}",
                f"--ServerApp.root_dir={folder}",
                "--LabApp.extension_manager=readonly",
                "--LabApp.expose_app_in_browser=True",
            ],
            env=environment,
            stdout=self._log,
            stderr=self._log,
        )
        self._wait(home / "log")

    def _wait(self, log):
        until = time.monotonic() + SLOW
        while time.monotonic() < until and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/api?token={self.token}", timeout=5)
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start: {log.read_text()[-2000:]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()

    def write(self, name, *cells):
        """Write a notebook of code cells; return its path."""
        import nbformat.v4 as v4

        spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells], metadata=spec)
        path = self.folder / name
        path.write_text(json.dumps(notebook))
        return path

    def open(self, page, name):
        """Open a notebook in a page and wait for its kernel."""
        page.goto(f"{self.address}/lab/tree/{name}?token={self.token}&reset")
        page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
            " === 'idle'"
        )

    def do(self, page, command, **arguments):
        """Run one of JupyterLab's own commands in a page."""
        page.evaluate(
            "([name, values]) => { jupyterapp.commands.execute(name, values); }",
            [command, arguments],
        )

    def run_all(self, page):
        """Run all cells."""
        self.do(page, "notebook:run-all-cells")


def write_settings(home):
    """No news, no questions, a theme that does not follow the system's."""
    for name, values in LAB_SETTINGS.items():
        plugin, setting = name.split("/")
        path = home / "settings" / "@jupyterlab" / plugin / f"{setting}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("jupyter")
    write_settings(home)
    running = Lab(tmp_path_factory.mktemp("notebooks"), home)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def page(chromium, lab):
    """A page that waits long for what it looks for."""
    context = chromium.new_context(viewport={"width": 1500, "height": 1100})
    context.set_default_timeout(SLOW * 1000)
    yield context.new_page()
    context.close()
