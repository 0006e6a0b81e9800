"""nbgrader's `collect`, but that a link in the exchange stays a link: it could lead to a solution."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import ignore_patterns


class Collect(ExchangeCollect):  # type: ignore[misc]  # nbgrader has no types
    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        if Path(src).is_symlink():
            self.log.error("%s is a link, and not collected", src)
            return
        settings = self.coursedir
        if self.get_size(src) > 1000 * settings.max_dir_size:
            raise RuntimeError(f"{src} is larger than the {settings.max_dir_size} kB of CourseDirectory.max_dir_size")
        ignore = ignore_patterns(settings.ignore, settings.include, settings.max_file_size, self.log)
        shutil.copytree(src, dest, symlinks=True, ignore=ignore)
        for path in [Path(dest), *Path(dest).rglob("*")] if settings.groupshared else []:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o2770 if path.is_dir() else 0o660))
