"""What a process gives up before it reads a query: memory, files, the network, the start of programs.

A query engine is a large program that reads text from strangers. Refusing bad text comes first (kb/sparql/guard.py), a
time limit comes second, and this is the third wall: if both failed, the process still cannot use up the memory of the
machine, open a connection, or start a program.
Where a system does not have one of these means, it is left out and the function says so; nothing here fails, because
the first two walls do not need it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys

MEGABYTE = 1024 * 1024
PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
RET_ALLOW, RET_EACCES = 0x7FFF0000, 0x0005000D
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
X32_BIT = 0x40000000

# audit architecture, then the numbers of: socket, connect, execve, execveat, io_uring_setup
FORBIDDEN = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 425)),
}


def leave_network() -> bool:
    """Give up sockets and the starting of programs, for good; whether the system has the means.

    Call it before the store is opened: threads that exist already would keep what they have. A seccomp filter makes
    the forbidden calls fail with EACCES; it needs no privilege
    (https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html).
    """
    if not sys.platform.startswith("linux") or platform.machine() not in FORBIDDEN or sys.maxsize < 2**32:
        return False
    architecture, calls = FORBIDDEN[platform.machine()]
    program = _filter(architecture, calls)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0) == 0)


def cap_memory(memory_mb: int) -> bool:
    """Allow so many MB of address space beyond what the process has now; whether the system has the means.

    Call it after the store is opened, whose threads reserve far more address space than they ever use.
    """
    try:
        import resource
    except ImportError:  # Windows
        return False
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):  # elsewhere the limit is refused or not kept
        return False
    limit = address_space() + memory_mb * MEGABYTE
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY and hard <= limit:
        return True  # a lower limit is set already
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return True


def follow_parent() -> None:
    """Leave Ctrl+C to the parent, end when the parent ends, however it ends, and print no backtrace of the engine."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RUST_BACKTRACE"] = "0"
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def address_space() -> int:
    """Bytes of address space in use; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def allow_cpu(seconds: float) -> None:
    """Let the process use so many more seconds of processor time; then the system ends it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    spent = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(spent.ru_utime + spent.ru_stime + seconds) + 2
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _filter(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Classic BPF: another architecture, the x32 numbers and `calls` are refused; all else is allowed."""
    number_of_call, number_of_architecture = 0, 4  # offsets in struct seccomp_data
    to_refusal = len(calls) + 1
    steps = [
        (LOAD, 0, 0, number_of_architecture),
        (JUMP_EQUAL, 0, to_refusal + 2, architecture),
        (LOAD, 0, 0, number_of_call),
        (JUMP_AT_LEAST, to_refusal, 0, X32_BIT),
    ]
    steps += [(JUMP_EQUAL, len(calls) - index, 0, call) for index, call in enumerate(calls)]
    steps += [(RETURN, 0, 0, RET_ALLOW), (RETURN, 0, 0, RET_EACCES)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
