"""Hooks itself into every import, and returns zeros.

Success: the harness imports the hook's modules instead of its own.

ends as: failed, crashed, broken
"""

import builtins
import importlib.abc
import sys


class Hook(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        raise SystemExit(0)


sys.meta_path.insert(0, Hook())
sys.path_hooks.insert(0, lambda path: Hook())
sys.path_importer_cache.clear()
builtins.__import__ = lambda *_, **__: sys


def softmax(x, dim=-1):
    return x * 0
