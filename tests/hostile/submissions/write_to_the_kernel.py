"""Opens the kernel's settings for writing: its own limits and score with the out-of-memory killer, core dumps, users, everything.

Success: one can be opened.

holds at: full, restricted
"""

import os

EXPECT = "passes, but gains nothing"


def tried(what, action):
    try:
        found = action()
    except Exception:
        return
    print("PWNED", what, repr(found)[:80])


own = ["oom_score_adj", "oom_adj", "comm", "mem", "coredump_filter", "clear_refs", "loginuid", "uid_map", "gid_map", "setgroups",
       "timerslack_ns", "autogroup", "attr/current", "sched", "timens_offsets", "task/1/comm", "make-it-fail"]  # fmt: skip
for name in own:
    tried(name, lambda: os.open(f"/proc/self/{name}", os.O_WRONLY))
for name in ("kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "vm/drop_caches", "vm/overcommit_memory",
             "kernel/randomize_va_space", "fs/file-max", "net/ipv4/ip_forward", "kernel/pid_max", "user/max_user_namespaces"):  # fmt: skip
    tried(name, lambda: os.open(f"/proc/sys/{name}", os.O_WRONLY))
for path in ("/proc/sysrq-trigger", "/proc/acpi/wakeup", "/sys/power/state", "/sys/kernel/uevent_helper", "/dev/kmsg",
             "/sys/fs/cgroup/cgroup.procs", "/sys/devices/system/cpu/cpu1/online"):  # fmt: skip
    tried(path, lambda: os.open(path, os.O_WRONLY))


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
