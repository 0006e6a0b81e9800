"""A Jupyter server on this machine alone, with a folder, a home and a configuration of its own."""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PATIENCE = 90  # seconds to start, on a busy machine
QUIET = {  # nothing is asked of the network: neither news, nor updates, nor extensions
    "LabApp": {
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
    }
}


@dataclass
class Server:
    folder: Path
    address: str
    token: str

    def at(self, path):
        return f"{self.address}/{path}?token={self.token}"


@contextmanager
def server(folder: Path, home: Path, settings: str = ""):
    """A server whose files are in `folder`. `settings` is nbgrader's configuration of the one who works there."""
    folder.mkdir(parents=True, exist_ok=True)
    (home / "config").mkdir(parents=True)
    (home / "config" / "jupyter_server_config.json").write_text(json.dumps(QUIET))
    (home / "config" / "nbgrader_config.py").write_text(settings)
    token, port = secrets.token_hex(16), free_port()
    program = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}"]
    place = ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    log = home / "log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [*program, *place, f"--IdentityProvider.token={token}"],
            cwd=folder,
            env=environment(home),
            stdout=said,
            stderr=said,
        )
    try:
        found = Server(folder, f"http://127.0.0.1:{port}", token)
        wait_for(found, process, log)
        yield found
    except BaseException:
        print(log.read_text(errors="replace")[-8000:], file=sys.stderr)
        raise
    finally:
        end(process)


def environment(home):
    """Nothing of this machine's user: neither settings, nor notebooks, nor an exchange."""
    places = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "lab-settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "lab-workspaces",
        "IPYTHONDIR": home / "ipython",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "XDG_", "IPYTHON"))}
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader calls `alembic`
    return {**kept, **{name: str(place) for name, place in places.items()}, "PATH": programs}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(server, process, log):
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, f"Jupyter ended: {log.read_text(errors='replace')[-4000:]}"
        try:
            with urllib.request.urlopen(server.at("api/status"), timeout=PATIENCE):
                return
        except OSError:
            assert time.monotonic() < deadline, f"Jupyter did not start: {log.read_text(errors='replace')[-4000:]}"
            time.sleep(0.1)  # between two questions to a server that does not listen yet


def end(process):
    """The server with all that it started: kernels, the judge, its workers."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        for one in psutil.wait_procs(family, timeout=10)[1]:
            one.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    process.kill()
    process.wait()
